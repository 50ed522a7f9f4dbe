import type { Membership } from '../../common/access/principal.js';

export type OrganisationRole = Membership['role'];

/** Who satisfies a need. */
export interface Need {
  /** The least role of a member that is enough; null when membership alone never is. */
  readonly role: OrganisationRole | null;
  /** Staff permissions over every organisation, of which one granted by an assigned role is enough. */
  readonly staff: readonly string[];
  /** The 403 text that clients know. */
  readonly refusal?: string;
}

const NOT_A_MEMBER = 'Not a member of this organisation';

/** The authorisation table of contract orgs-billing.md, section A: what a route needs, and who has it. */
export const ORGANISATION_NEEDS = {
  read: { role: 'member', staff: ['org:read'] },
  invites: { role: 'admin', staff: ['org:read'] },
  users: { role: 'admin', staff: ['org:read'] },
  servers: { role: 'member', staff: ['org:read'] },
  nodes: { role: 'member', staff: ['org:read', 'nodes:read'] },
  activity: { role: 'member', staff: ['org:read', 'logs:read'] },
  /** Addresses of people in the activity. */
  'activity.addresses': { role: 'admin', staff: ['org:read', 'logs:read'] },
  usage: { role: 'member', staff: ['soc:read'] },
  membership: { role: 'member', staff: [], refusal: NOT_A_MEMBER },
  update: { role: 'owner', staff: ['org:write'] },
  portal: { role: null, staff: ['org:write'] },
  members: { role: 'admin', staff: ['org:write'] },
  invite: { role: 'admin', staff: ['org:write'] },
  'invite.admin': { role: 'owner', staff: ['org:write'] },
  transfer: { role: 'owner', staff: ['org:write'], refusal: 'Only owner can transfer ownership' },
  'add-user': { role: null, staff: ['org:write'] },
  delete: {
    role: 'owner',
    staff: ['org:write'],
    refusal: 'Only the organisation owner can delete the organisation',
  },
} as const satisfies Record<string, Need>;

export type OrganisationNeed = keyof typeof ORGANISATION_NEEDS;

const RANK: Record<OrganisationRole, number> = { member: 0, admin: 1, owner: 2 };

/** Whether a role is at least another one. */
export const isAtLeast = (role: OrganisationRole, wanted: OrganisationRole): boolean => RANK[role] >= RANK[wanted];
