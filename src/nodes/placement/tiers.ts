import type { NodeType, PortalType } from '../../generated/prisma/client.js';

/**
 * Kinds of nodes that a portal may use, the preferred first. Enterprise nodes belong to organisations: to that portal
 * all nodes of its own organisations are open, and no others.
 */
const NODE_TYPES: Record<PortalType, readonly NodeType[]> = {
  free: ['free', 'free_and_paid'],
  paid: ['paid', 'free_and_paid'],
  educational: ['paid', 'free_and_paid'],
  enterprise: [],
};

const ALL: readonly NodeType[] = ['free_and_paid', 'paid', 'free', 'enterprise'];
const OF_ENTERPRISE: readonly NodeType[] = ['enterprise', 'free_and_paid', 'paid', 'free'];

/** Who asks: his portal, and whether he sees every node (`nodes:read`). */
export interface PortalRights {
  readonly tier: PortalType;
  readonly seesAllNodes: boolean;
}

/** Types of nodes of his own organisations that are open to somebody, the preferred first. */
export function organisationNodeTypesFor(rights: PortalRights): readonly NodeType[] {
  return rights.tier === 'enterprise' ? OF_ENTERPRISE : nodeTypesFor(rights);
}

/** Types of nodes without organisation that are open to somebody, the preferred first; staff may use all, those of the own portal first. */
export function nodeTypesFor({ tier, seesAllNodes }: PortalRights): readonly NodeType[] {
  const own = NODE_TYPES[tier];
  return seesAllNodes ? [...own, ...ALL.filter((type) => !own.includes(type))] : own;
}
