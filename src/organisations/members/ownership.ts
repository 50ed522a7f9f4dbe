import { isNotFound } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { LockedOrganisation } from '../access/organisation-lock.service.js';
import type { MembershipItem } from './dto/members.dto.js';
import { membershipColumns } from './member.mapper.js';

export const memberNotFound = (): PanelError => notFound('User not found in org', 'organisations.member_not_found');

/**
 * Hands an organisation over to one of its members; the owner before becomes an administrator of it.
 * @param organisation under its lock
 * @throws PanelError 404 when the account is no member.
 */
export async function transferOwnership(
  tx: Queryable,
  { id: organisationId, ownerId }: LockedOrganisation,
  userId: number,
): Promise<MembershipItem> {
  // First: at no time may two memberships be the owner's.
  await tx.organisationMember.updateMany({
    where: { organisationId, userId: ownerId, orgRole: 'owner' },
    data: { orgRole: 'admin' },
  });
  await tx.organisation.update({ where: { id: organisationId }, data: { ownerId: userId }, select: { id: true } });
  return setRole(tx, { organisationId, userId }, 'owner');
}

/** @throws PanelError 404 when the account is no member. */
export async function setRole(
  tx: Queryable,
  membership: { organisationId: number; userId: number },
  orgRole: MembershipItem['orgRole'],
): Promise<MembershipItem> {
  try {
    return await tx.organisationMember.update({
      where: { userId_organisationId: membership },
      data: { orgRole },
      select: membershipColumns,
    });
  } catch (error) {
    throw isNotFound(error) ? memberNotFound() : error;
  }
}
