import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';

const DAY_MS = 86_400_000;
/** Between the mail and the deletion. */
export const SUNSET_GRACE_DAYS = 90;
const BATCH = 100;
/** A panel that has run for years begins with many: not all their mails in one night. The others' turn comes the next day. */
const MOST_A_DAY = 1_000;

const OWNER = { email: true, firstName: true, settings: true, idVerified: true } as const;

/**
 * Tells people who have not signed in for long (setting `accountSunsetDays`) that their account will be deleted, and makes
 * the request that the deletion of accounts carries out after the grace period. Signing in calls it off. Until then
 * nothing is closed: signing in is the way out, and API keys go on.
 */
@Injectable()
export class InactiveAccounts implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly settings: PanelSettings,
    private readonly mailer: Mailer,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.jobs.register('identity.inactive_accounts', () => this.run(), { cron: '0 4 * * *', retries: 1 });
  }

  /** Each account in a transaction of its own: one that fails keeps no other one back. */
  async run(): Promise<void> {
    const days = this.settings.get('accountSunsetDays');
    if (days === 0) return;
    // Nobody is deleted who could not be told.
    if (!this.mailer.isConfigured) return logger.warn('inactive accounts are left alone: SMTP is not configured');
    const where = inactiveSince(new Date(Date.now() - days * DAY_MS));
    for (let after = 0, seen = 0; seen < MOST_A_DAY; seen += BATCH) {
      const found = await this.prisma.user.findMany({
        where: { ...where, id: { gt: after } },
        orderBy: { id: 'asc' },
        take: BATCH,
        select: { id: true },
      });
      for (const { id } of found) await this.tryOne(id, where);
      if (found.length < BATCH) return;
      after = found.at(-1)?.id ?? after;
    }
  }

  private async tryOne(userId: number, where: Prisma.UserWhereInput): Promise<void> {
    try {
      const isTold = await this.prisma.$transaction((tx) => this.announce(tx, userId, where));
      if (isTold) this.bus.publish('user.changed', { userId });
    } catch (error) {
      logger.error({ err: error, userId }, 'inactive account not told');
    }
  }

  /** Looked at again under the account's lock: its owner may just have signed in. */
  private async announce(tx: Queryable, userId: number, where: Prisma.UserWhereInput): Promise<boolean> {
    await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
    const owner = await tx.user.findFirst({ where: { ...where, id: userId }, select: OWNER });
    if (owner === null) return false;
    const { email, firstName: name, settings, idVerified } = owner;
    const now = new Date();
    const date = new Date(now.getTime() + SUNSET_GRACE_DAYS * DAY_MS);
    const times = { requestedAt: now, approvedAt: now, scheduledDeletionAt: date };
    const request = { userId, status: 'pending_deletion', autoSunset: true, idVerified, ...times } as const;
    await tx.deletionRequest.create({ data: request, select: { id: true } });
    // Not `pendingDeletionUntil`: that closes an account.
    await tx.user.update({ where: { id: userId }, data: { deletionRequested: true }, select: { id: true } });
    const url = `${this.config.frontendUrl}/login`;
    await this.mailer.enqueue(tx, { userId, email, locale: mailLocaleOf(settings) }, 'sunset-policy', {
      name,
      url,
      date,
    });
    const entry = { action: 'scheduled-account-sunset', targetType: 'user', targetId: userId } as const;
    await this.audit.record({ userId: null, ...entry }, tx);
    return true;
  }
}

/**
 * Accounts of which nothing was seen since then. Only a sign-in counts. Exempt are superusers, addresses that were never
 * proved, and whoever is suspended, banned from support or about to be deleted; who was told once is told again only
 * after as long a time.
 */
function inactiveSince(since: Date): Prisma.UserWhereInput {
  return {
    emailVerified: true,
    suspended: false,
    supportBanned: false,
    deletionRequested: false,
    deletedAt: null,
    AND: [
      { OR: [{ role: null }, { role: { notIn: ['*', 'rootAdmin'] } }] },
      { OR: [{ lastLoginAt: { lt: since } }, { lastLoginAt: null, createdAt: { lt: since } }] },
    ],
    deletionRequests: { none: { autoSunset: true, requestedAt: { gte: since } } },
  };
}
