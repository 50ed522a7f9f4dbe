import type { OrganisationRole } from './organisation-needs.js';

/** Every role of a member, weakest first. */
export const ORGANISATION_ROLES: OrganisationRole[] = ['member', 'admin', 'owner'];
