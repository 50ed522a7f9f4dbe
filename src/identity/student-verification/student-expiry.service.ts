import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { Notifications } from '../notifications/notifications.service.js';
import type { UserLimits } from '../users/user-limits.js';
import { quotaAfterStudent } from './education-limits.js';

const VALID_MS = 365 * 86_400_000;
const BATCH = 100;

const STUDENT = { portalType: true, limits: true, limitsBeforeStudent: true, educationLimits: true } as const;

/**
 * Ends the student status a year after it was proved (contract auth-users 7): the account is what it was before, until it
 * proves it anew. Servers stay; there may be no new ones beyond the quota.
 */
@Injectable()
export class StudentExpiry implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly notifications: Notifications,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  onModuleInit(): void {
    this.jobs.register('identity.student_expiry', () => this.run(), { cron: '0 0 * * *', retries: 1 });
  }

  /** Each account in a transaction of its own: one that fails keeps no other one back. */
  async run(): Promise<void> {
    const where = { studentVerified: true, studentVerifiedAt: { lte: new Date(Date.now() - VALID_MS) } };
    for (let after = 0; ;) {
      const found = await this.prisma.user.findMany({
        where: { ...where, id: { gt: after } },
        orderBy: { id: 'asc' },
        take: BATCH,
        select: { id: true },
      });
      for (const { id } of found) await this.tryOne(id, where);
      const last = found.at(-1);
      if (last === undefined || found.length < BATCH) return;
      after = last.id;
    }
  }

  private async tryOne(userId: number, where: Prisma.UserWhereInput): Promise<void> {
    try {
      const isEnded = await this.prisma.$transaction((tx) => this.end(tx, userId, where));
      if (isEnded) this.bus.publish('user.changed', { userId });
    } catch (error) {
      logger.error({ err: error, userId }, 'student status not ended');
    }
  }

  /** Looked at again under the account's lock: its owner may just have proved it anew. */
  private async end(tx: Queryable, userId: number, where: Prisma.UserWhereInput): Promise<boolean> {
    await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
    const student = await tx.user.findFirst({ where: { ...where, id: userId }, select: STUDENT });
    if (student === null) return false;
    // Without its proof, which may be another account's by now.
    const ended = { studentVerified: false, studentVerifiedAt: null, studentProof: null } as const;
    const forgotten = { educationLimits: Prisma.DbNull, limitsBeforeStudent: Prisma.DbNull };
    const data = { ...ended, ...forgotten, ...portalAfter(student) };
    await tx.user.update({ where: { id: userId }, data, select: { id: true } });
    const action = 'scheduled-require-student-reverify';
    await this.audit.record({ userId, action, targetType: 'user', targetId: userId }, tx);
    await this.notifications.add(tx, {
      userId,
      type: 'system',
      title: 'Your student status has ended',
      body: 'It is good for a year. Prove again that you are a student to keep the quota of students.',
      url: '/dashboard/identity',
    });
    return true;
  }
}

type Student = Prisma.UserGetPayload<{ select: typeof STUDENT }>;

/** Paid and enterprise accounts were never changed by their student status. */
function portalAfter({ portalType, limits, limitsBeforeStudent, educationLimits }: Student) {
  if (portalType !== 'educational') return {};
  const [now, before, education] = [limits, limitsBeforeStudent, educationLimits] as (UserLimits | null)[];
  const quota = quotaAfterStudent(now ?? null, before ?? null, education ?? {});
  return { portalType: 'free' as const, limits: quota ?? Prisma.DbNull };
}
