import type { NodeType, PortalType } from '../../generated/prisma/client.js';

/** Kinds of nodes that a portal may use, the preferred first. Enterprise nodes belong to organisations. */
const NODE_TYPES: Record<PortalType, readonly NodeType[]> = {
  free: ['free', 'free_and_paid'],
  paid: ['paid', 'free_and_paid'],
  educational: ['paid', 'free_and_paid'],
  enterprise: [],
};

const ALL: readonly NodeType[] = ['free_and_paid', 'paid', 'free', 'enterprise'];

/** Who asks: his portal, and whether he sees every node (`nodes:read`). */
export interface PortalRights {
  readonly tier: PortalType;
  readonly seesAllNodes: boolean;
}

/** Node types open to somebody, the preferred first; staff may use all, those of the own portal first. */
export function nodeTypesFor({ tier, seesAllNodes }: PortalRights): readonly NodeType[] {
  const own = NODE_TYPES[tier];
  return seesAllNodes ? [...own, ...ALL.filter((type) => !own.includes(type))] : own;
}
