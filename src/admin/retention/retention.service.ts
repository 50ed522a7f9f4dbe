import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';

/** Rows a statement: longer ones would hold up the embedded database, which has one connection. */
const CHUNK = 5_000;

/** What has served its time, and when (contract admin-platform, "Background jobs"). */
const EXPIRED = {
  ActivityEntry: Prisma.sql`"timestamp" < now() - interval '365 days'`,
  IdempotencyRecord: Prisma.sql`"createdAt" < now() - interval '24 hours'`,
  ScheduleRun: Prisma.sql`"dueAt" < now() - interval '30 days'`,
  OutboundMail: Prisma.sql`"status" <> 'queued' AND "createdAt" < now() - interval '90 days'`,
  EmailToken: Prisma.sql`"expiresAt" < now()`,
  NodeInstallToken: Prisma.sql`"expiresAt" < now() - interval '7 days'`,
  AbuseAgent: Prisma.sql`"lastSeenAt" < now() - interval '7 days'`,
  AbuseIncident: Prisma.sql`"createdAt" < now() - interval '365 days'`,
  SocData: Prisma.sql`"timestamp" < now() - interval '48 hours'`,
  ApiUsage: Prisma.sql`"day" < current_date - 90`,
  OrganisationInvite: Prisma.sql`"expiresAt" < now() - interval '30 days'`,
  Challenge: Prisma.sql`"expiresAt" < now()`,
  DeletedUserRetention: Prisma.sql`"retainUntil" < now()`,
  Session: Prisma.sql`"expiresAt" < now()`,
  LoginChallenge: Prisma.sql`"expiresAt" < now()`,
  WebhookDelivery: Prisma.sql`"createdAt" < now() - interval '30 days'`,
  TwoFactorSetup: Prisma.sql`"expiresAt" < now()`,
} as const;

type Table = keyof typeof EXPIRED;

/** Removes what has served its time, every hour. */
@Injectable()
export class Retention implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('panel.retention', () => this.purge(), { cron: '41 * * * *', retries: 1 });
  }

  /** Goes through every table in turn; what cannot be removed this time is left for the next. */
  async purge(): Promise<void> {
    for (const table of Object.keys(EXPIRED) as Table[]) {
      const removed = await this.purgeTable(table);
      if (removed > 0) logger.info({ table, removed }, 'expired rows removed');
    }
  }

  private async purgeTable(table: Table): Promise<number> {
    const name = Prisma.raw(`"${table}"`);
    let total = 0;
    for (;;) {
      const removed = await this.prisma.$executeRaw`
        DELETE FROM ${name} WHERE ctid IN (SELECT ctid FROM ${name} WHERE ${EXPIRED[table]} LIMIT ${CHUNK})`;
      total += removed;
      if (removed < CHUNK) return total;
    }
  }
}
