import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

/**
 * What was done stays in the log, as long as the log is kept; where it was done from, and what the person changed about
 * himself (which names old and new values), goes with the account.
 */
@Injectable()
export class ActivityErasure implements OnModuleInit {
  constructor(private readonly erasure: AccountErasure) {}

  onModuleInit(): void {
    this.erasure.register('activity', async (tx, userId) => {
      await tx.activityEntry.updateMany({ where: { userId, ipAddress: { not: null } }, data: { ipAddress: null } });
      await tx.$executeRaw`
        UPDATE "ActivityEntry" SET "metadata" = NULL
        WHERE "targetType" = 'user' AND "targetId" = ${String(userId)} AND "metadata" IS NOT NULL`;
    });
  }
}
