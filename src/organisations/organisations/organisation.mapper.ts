import type { Prisma } from '../../generated/prisma/client.js';
import type { OrganisationSummary, OrganisationView } from './dto/organisation.dto.js';
import type { OrganisationDetailRow, OrganisationRow, OwnOrganisationRow } from './organisation.sql.js';

export const organisationColumns = {
  id: true,
  name: true,
  handle: true,
  ownerId: true,
  portalTier: true,
  avatarUrl: true,
  isStaff: true,
} satisfies Prisma.OrganisationSelect;

export function toSummary(row: OrganisationRow): OrganisationSummary {
  const { id, name, handle, ownerId, portalTier, avatarUrl } = row;
  return { id, name, handle, ownerId, portalTier, avatarUrl };
}

/** Without members and invitations. */
export function toView(row: OrganisationRow, orgRole: OrganisationView['orgRole']): OrganisationView {
  const { isStaff } = row;
  return { ...toSummary(row), isStaff, ...(orgRole !== undefined && { orgRole }), users: [], invites: [] };
}

export function toListed(row: OwnOrganisationRow): OrganisationView {
  return { ...toView(row, row.orgRole), memberCount: row.memberCount };
}

export function toDetail(row: OrganisationDetailRow, orgRole: OrganisationView['orgRole']): OrganisationView {
  return { ...toView(row, orgRole), users: row.users, invites: row.invites };
}
