import { Prisma } from '../../generated/prisma/client.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** Matches no password: hashes begin with a dollar sign. */
const NO_PASSWORD = '!';

/** Takes the person out of an account and shuts it for good (contract admin-platform, "Account anonymisation"). */
export async function anonymise(tx: Queryable, id: number, deletedAt: Date): Promise<void> {
  await tx.user.update({
    where: { id },
    data: {
      ...NOBODY,
      email: `deleted+${id}+${deletedAt.getTime()}@deleted.local`,
      lastName: `User ${id}`,
      deletedAt,
    },
    select: { id: true },
  });
}

const NOBODY = {
  firstName: 'Deleted',
  middleName: null,
  displayName: 'Deleted User',
  title: null,
  gender: null,
  phone: null,
  address: null,
  address2: null,
  billingCompany: null,
  billingCity: null,
  billingState: null,
  billingZip: null,
  billingCountry: null,
  dateOfBirth: null,
  avatarUrl: null,
  passwordHash: NO_PASSWORD,
  role: null,
  portalType: 'free',
  limits: Prisma.DbNull,
  settings: {},
  emailVerified: false,
  idVerified: false,
  studentVerified: false,
  studentVerifiedAt: null,
  studentProof: null,
  educationLimits: Prisma.DbNull,
  limitsBeforeStudent: Prisma.DbNull,
  suspended: true,
  supportBanReason: null,
  deletionRequested: true,
  deletionApproved: true,
  pendingDeletionUntil: null,
  lastLoginAt: null,
  lastPanelActivityAt: null,
} as const satisfies Prisma.UserUpdateInput;
