import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** Somebody whose account was to be deleted, because he had not been here for long, has come back. */
@Injectable()
export class Returns {
  constructor(private readonly audit: AuditLog) {}

  /**
   * Calls the deletion off, within the transaction of the sign-in, which has locked the account. What its owner asked for
   * himself goes on.
   * @returns whether there was anything to call off.
   */
  async apply(tx: Queryable, userId: number, ipAddress: string): Promise<boolean> {
    const { count } = await tx.deletionRequest.updateMany({
      where: { userId, status: 'pending_deletion', autoSunset: true },
      data: { status: 'cancelled', scheduledDeletionAt: null },
    });
    if (count === 0) return false;
    await tx.user.update({ where: { id: userId }, data: { deletionRequested: false }, select: { id: true } });
    const entry = { action: 'deletion-cancelled', targetType: 'user', targetId: userId, ipAddress } as const;
    await this.audit.record({ userId, ...entry }, tx);
    return true;
  }
}
