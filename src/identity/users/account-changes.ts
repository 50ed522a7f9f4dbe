import { grants } from '../../common/access/permissions.js';
import { isSuperuserRole } from '../../common/access/principal.js';
import type { UserPrincipal } from '../../common/access/principal.js';
import { conflict, forbidden } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { Identity } from '../principals/identities.js';
import type { AdminUpdateUserDto } from './dto/admin-user.dto.js';
import type { UpdateUserDto } from './dto/update-user.dto.js';

/** A change as either route takes it. */
export type AccountBody = UpdateUserDto & Pick<AdminUpdateUserDto, 'supportBanned' | 'supportBanReason'>;

/** What staff may change beyond the profile, with the values that are really new. */
export type StaffChanges = Pick<
  Prisma.UserUpdateInput,
  'role' | 'portalType' | 'limits' | 'emailVerified' | 'suspended' | 'supportBanned' | 'supportBanReason'
>;

const TEXTS = ['middleName', 'displayName', 'title', 'gender'] as const;
const CONTACT = [
  ...(['phone', 'address', 'address2', 'billingCompany', 'billingCity'] as const),
  ...(['billingState', 'billingZip', 'billingCountry'] as const),
] as const;

/** Profile fields that the body names; empty texts clear what may be empty. */
export function profileChanges(body: AccountBody): Prisma.UserUpdateInput {
  const texts = [...TEXTS, ...CONTACT].flatMap((field) => {
    const value = body[field];
    return isGiven(value) ? [[field, value === '' ? null : value]] : [];
  });
  const { firstName, lastName, dateOfBirth } = body;
  return {
    ...(Object.fromEntries(texts) as Prisma.UserUpdateInput),
    ...(isGiven(firstName) && { firstName }),
    ...(isGiven(lastName) && { lastName }),
    ...(isGiven(dateOfBirth) && { dateOfBirth: new Date(`${dateOfBirth}T00:00:00Z`) }),
  };
}

/** Address, billing and phone fields that change, before and after, for the activity log. */
export function contactChanges(
  body: AccountBody,
  { profile }: Identity,
): Record<string, { before: string | null; after: string | null }> {
  const changed = CONTACT.flatMap((field) => {
    const value = body[field];
    if (!isGiven(value)) return [];
    const [before, after] = [profile[field], value === '' ? null : value];
    return before === after ? [] : [[field, { before, after }] as const];
  });
  return Object.fromEntries(changed);
}

/**
 * What the body changes of rank, quota and state. Whoever is no staff for it changes nothing: clients send what they read.
 * @throws PanelError 403 when the caller may not go that far, 409 for the label `admin` without its rights.
 */
export function staffChanges(
  body: AccountBody,
  caller: UserPrincipal,
  target: Identity,
  isStaff: boolean,
): StaffChanges {
  if (!isStaff) return {};
  const { profile } = target;
  const role = isGiven(body.role) ? body.role || null : profile.role;
  const changes: StaffChanges = {
    ...(role !== profile.role && { role }),
    ...(isGiven(body.portalType) && body.portalType !== profile.portalType && { portalType: body.portalType }),
    ...(isGiven(body.limits) && !sameJson(body.limits, profile.limits) && { limits: body.limits }),
    ...(isGiven(body.emailVerified) &&
      body.emailVerified !== profile.emailVerified && { emailVerified: body.emailVerified }),
    ...(isGiven(body.suspended) && body.suspended !== profile.suspended && { suspended: body.suspended }),
    ...supportBan(body, target),
  };
  if ('role' in changes) assertMayRank(caller, target, role);
  const isQuota = 'portalType' in changes || 'limits' in changes;
  if (isQuota && !caller.actsAsSuperuser && !caller.can('admin:user:edit')) throw insufficient();
  return changes;
}

/** Only the route for staff takes these. */
function supportBan({ supportBanned, supportBanReason }: AccountBody, { profile }: Identity): StaffChanges {
  const reason = supportBanReason === undefined ? undefined : supportBanReason || null;
  return {
    ...(isGiven(supportBanned) && supportBanned !== profile.supportBanned && { supportBanned }),
    ...(reason !== undefined && reason !== profile.supportBanReason && { supportBanReason: reason }),
  };
}

/** Ranks that open something are given and taken by superusers; the others are labels for who may edit users. */
function assertMayRank(caller: UserPrincipal, target: Identity, role: string | null): void {
  const involved = [role, target.profile.role];
  const isPowerful = involved.some((value) => isSuperuserRole(value) || value === 'admin');
  if (!caller.actsAsSuperuser && (isPowerful || !caller.can('admin:user:edit'))) throw insufficient();
  // The web client opens its staff area to this label, whatever its holder may really do.
  if (role === 'admin' && !grants(target.account.rolePermissions, 'admin:access')) {
    throw conflict('Assign a role that holds admin:access first', 'users.admin_without_rights');
  }
}

const insufficient = () => forbidden('Insufficient permissions', 'auth.insufficient_permissions');

const isGiven = <Value>(value: Value | undefined | null): value is Value => value !== undefined && value !== null;

const sameJson = (left: object, right: object | null): boolean =>
  right !== null && JSON.stringify(Object.entries(left).sort()) === JSON.stringify(Object.entries(right).sort());
