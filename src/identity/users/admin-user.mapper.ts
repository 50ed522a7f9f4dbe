import type { Prisma } from '../../generated/prisma/client.js';
import type { AdminUserItem } from './dto/admin-user.dto.js';
import { toSafeUser } from './user.mapper.js';

const ORGANISATION = { id: true, name: true, handle: true, portalTier: true, avatarUrl: true } as const;

/** What is read of an account for staff: no hashes, no secrets; of the password only which kind its hash is. */
export const DIRECTORY_USER = {
  ...({ id: true, uuid: true, email: true, firstName: true, middleName: true, lastName: true } as const),
  ...({ displayName: true, title: true, gender: true, phone: true, address: true, address2: true } as const),
  ...({ billingCompany: true, billingCity: true, billingState: true, billingZip: true } as const),
  ...({ billingCountry: true, dateOfBirth: true, avatarUrl: true, role: true, portalType: true } as const),
  ...({ limits: true, settings: true, emailVerified: true, idVerified: true, studentVerified: true } as const),
  ...({ studentVerifiedAt: true, educationLimits: true, guideShown: true, suspended: true } as const),
  ...({ supportBanned: true, supportBanReason: true, pendingDeletionUntil: true, deletionRequested: true } as const),
  ...({ deletionApproved: true, deletedAt: true, createdAt: true, lastLoginAt: true } as const),
  ...({ lastPanelActivityAt: true, passwordHash: true, twoFactor: { select: { userId: true } } } as const),
  _count: { select: { passkeys: true } },
  memberships: {
    orderBy: [{ selectedAt: { sort: 'desc', nulls: 'last' } }, { id: 'asc' }],
    select: { orgRole: true, organisation: { select: ORGANISATION } },
  },
} satisfies Prisma.UserSelect;

type DirectoryRow = Prisma.UserGetPayload<{ select: typeof DIRECTORY_USER }>;
type Limits = Record<string, number | null> | null;

/** @param geoBlockLevel of its country */
export function toAdminUser(row: DirectoryRow, geoBlockLevel: number): AdminUserItem {
  const { passwordHash, twoFactor, _count, memberships, dateOfBirth, lastLoginAt, lastPanelActivityAt, ...own } = row;
  const profile = {
    ...own,
    dateOfBirth: dateOfBirth?.toISOString().slice(0, 10) ?? null,
    limits: own.limits as Limits,
    educationLimits: own.educationLimits as Limits,
    settings: own.settings as Record<string, unknown>,
    usesLegacyPasswordHash: passwordHash.startsWith('$2'),
    twoFactorEnabled: twoFactor !== null,
    passkeyCount: _count.passkeys,
    organisations: memberships.map(({ orgRole, organisation }) => ({ ...organisation, orgRole })),
  };
  const { supportBanned, supportBanReason, deletedAt } = own;
  const rest = { supportBanned, supportBanReason, lastLoginAt, lastPanelActivityAt, deletedAt };
  return { ...toSafeUser(profile, geoBlockLevel), passkeyCount: _count.passkeys, ...rest };
}
