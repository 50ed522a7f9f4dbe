import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import { RootAdmins } from '../users/root-admins.js';
import { anonymise } from './anonymisation.js';
import { lockAccount } from './deletion-rules.js';

const BATCH = 50;
/** Without invoices; an area that keeps some extends the row of the account. */
const RETENTION_YEARS = 1;

/** What became of a try: or the texts that say why the account stays. */
export type Outcome = 'deleted' | 'not approved' | readonly string[];

/** An account may have a long log, whose entries are changed too. */
const TRANSACTION = { timeout: 60_000 } as const;

/** Who is suspended cannot sign in to keep an account that is deleted for want of use: it stays while he is. */
const CAN_GO = {
  status: 'pending_deletion',
  OR: [{ autoSunset: false }, { user: { suspended: false } }],
} satisfies Prisma.DeletionRequestWhereInput;

const PERSON = { firstName: true, lastName: true, email: true, settings: true } as const;

/** Deletes accounts whose grace period is over: the row stays for what refers to it, the person goes. */
@Injectable()
export class AccountDeletion implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly erasure: AccountErasure,
    private readonly rootAdmins: RootAdmins,
    private readonly mailer: Mailer,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  onModuleInit(): void {
    this.jobs.register('identity.account_deletions', () => this.executeDue(), { cron: '17 * * * *', retries: 1 });
  }

  /** Every due request in a transaction of its own: one that fails or waits keeps no other one back. */
  async executeDue(): Promise<void> {
    for (let after = 0; ;) {
      const due = await this.prisma.deletionRequest.findMany({
        where: { ...CAN_GO, id: { gt: after }, scheduledDeletionAt: { lte: new Date() } },
        orderBy: { id: 'asc' },
        take: BATCH,
        select: { id: true, userId: true },
      });
      for (const { id, userId } of due) await this.tryOne(id, userId);
      const last = due.at(-1);
      if (last === undefined || due.length < BATCH) return;
      after = last.id;
    }
  }

  /**
   * Deletes the account of an approved request, unless something keeps it. Once: whoever comes second finds the request
   * in another state.
   * @param actor staff that did not want to wait; null for the job.
   */
  async execute(id: number, userId: number, actor: { userId: number; ip: string } | null): Promise<Outcome> {
    let afterwards = (): void => undefined;
    const outcome = await this.prisma.$transaction(async (tx): Promise<Outcome> => {
      const rank = await this.rankOf(tx, userId);
      await lockAccount(tx, userId);
      const where = { id, userId, status: 'pending_deletion' } as const;
      if ((await tx.deletionRequest.count({ where })) === 0) return 'not approved';
      const obstacles = [...((await this.erasure.obstacles(tx, [userId])).get(userId) ?? []), ...rank];
      if (obstacles.length > 0) return obstacles;
      const deletedAt = new Date();
      await tx.deletionRequest.update({ where: { id }, data: { status: 'deleted', deletedAt }, select: { id: true } });
      afterwards = await this.remove(tx, userId, id, deletedAt);
      const entry = { action: 'account-deleted', targetType: 'user', targetId: userId } as const;
      await this.audit.record(
        { userId: actor?.userId ?? null, ...entry, ...(actor !== null && { ipAddress: actor.ip }) },
        tx,
      );
      return 'deleted';
    }, TRANSACTION);
    if (outcome === 'deleted') {
      this.bus.publish('user.changed', { userId });
      afterwards();
    }
    return outcome;
  }

  private async tryOne(id: number, userId: number): Promise<void> {
    try {
      const outcome = await this.execute(id, userId, null);
      if (outcome !== 'not approved') logger.info({ userId, outcome }, 'account deletion');
    } catch (error) {
      logger.error({ err: error, userId }, 'account not deleted');
    }
  }

  /** The last rootAdmin stays. Asked before the account is locked, as whoever changes a rank does. */
  private async rankOf(tx: Queryable, userId: number): Promise<string[]> {
    try {
      await this.rootAdmins.assertOneRemains(tx, userId, null);
      return [];
    } catch (error) {
      if (error instanceof PanelError) return [error.message];
      throw error;
    }
  }

  /** The last mail is written first: afterwards nobody knows where to send it. */
  private async remove(tx: Queryable, userId: number, requestId: number, deletedAt: Date): Promise<() => void> {
    const person = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: PERSON });
    const { firstName, lastName, email, settings } = person;
    await tx.outboundMail.deleteMany({ where: { userId } });
    await this.mailer.enqueue(tx, { email, locale: mailLocaleOf(settings) }, 'deletion-deleted', { name: firstName });
    const retainUntil = new Date(deletedAt);
    retainUntil.setUTCFullYear(retainUntil.getUTCFullYear() + RETENTION_YEARS);
    await tx.deletedUserRetention.create({
      data: { userId, deletionRequestId: requestId, firstName, lastName, email, deletedAt, retainUntil },
      select: { id: true },
    });
    const afterwards = await this.erasure.erase(tx, userId);
    await anonymise(tx, userId, deletedAt);
    return afterwards;
  }
}
