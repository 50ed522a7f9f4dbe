import type { DeletionStatus } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../prisma/prisma.service.js';

export const DAY_SECONDS = 86_400;

/** Between approval and deletion. */
export const GRACE_DAYS = 14;

/** Requests of which nobody knows yet how they end; an account has one at most. */
export const OPEN: DeletionStatus[] = ['pending', 'pending_deletion'];

/** Takes turns at the account: its request and its state are changed together, by one at a time. */
export async function lockAccount(tx: Queryable, userId: number): Promise<void> {
  await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
}
