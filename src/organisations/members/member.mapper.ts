import type { Prisma } from '../../generated/prisma/client.js';
import type { OrganisationMemberItem } from '../organisations/dto/organisation.dto.js';

/** A membership by itself. */
export const membershipColumns = {
  id: true,
  userId: true,
  organisationId: true,
  orgRole: true,
  createdAt: true,
} satisfies Prisma.OrganisationMemberSelect;

/** A membership with the person. */
export const memberColumns = {
  orgRole: true,
  user: { select: { id: true, email: true, firstName: true, lastName: true, displayName: true, avatarUrl: true } },
} satisfies Prisma.OrganisationMemberSelect;

type Row = Prisma.OrganisationMemberGetPayload<{ select: typeof memberColumns }>;

export const toMember = ({ user, orgRole }: Row): OrganisationMemberItem => ({ ...user, orgRole });
