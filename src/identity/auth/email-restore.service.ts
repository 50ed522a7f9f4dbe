import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { DeletionNotices } from '../deletion-requests/deletion-notices.service.js';
import { EmailTokens } from '../email-verification/email-tokens.js';
import type { TakenToken } from '../email-verification/email-tokens.js';
import { Sessions } from '../sessions/sessions.service.js';
import type { EndedSessions } from '../sessions/sessions.service.js';

const invalid = () => badRequest('Invalid or expired token', 'auth.restore_link_invalid');

/** Gives an account its earlier address back, by the link that was mailed there when it was changed. */
@Injectable()
export class EmailRestore {
  constructor(
    private readonly prisma: PrismaService,
    private readonly tokens: EmailTokens,
    private readonly sessions: Sessions,
    private readonly deletions: DeletionNotices,
    private readonly mailer: Mailer,
    private readonly bus: EventBus,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /**
   * Ends every session, and every link that was mailed since: only one to a still older address goes on.
   * @returns where the browser goes next.
   * @throws PanelError 400 for a link that is not good (any more), 409 when somebody else has the address by now.
   */
  async byLink(link: string, ip: string): Promise<string> {
    const ended = await this.restore(link, ip).catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('Another account has this address by now. Please contact support.', 'users.email_taken');
    });
    this.sessions.announce(ended);
    this.bus.publish('user.changed', { userId: ended.userId });
    return `${this.config.frontendUrl}/dashboard?emailRestore=1`;
  }

  private async restore(link: string, ipAddress: string): Promise<EndedSessions> {
    const known = await this.tokens.peek(this.prisma, 'restore_email', link);
    if (known === undefined) throw invalid();
    const { userId } = known;
    return this.prisma.$transaction(async (tx) => {
      // The account first, then its links: as everybody does who changes both.
      await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
      const taken = await this.tokens.take(tx, 'restore_email', link);
      if (taken === undefined) throw invalid();
      await this.apply(tx, taken);
      const entry = { action: 'email-restored', targetType: 'user', targetId: userId, ipAddress } as const;
      await this.audit.record({ userId, ...entry, metadata: { after: taken.email } }, tx);
      return this.sessions.endAll(tx, userId);
    });
  }

  private async apply(tx: Queryable, { userId, email, createdAt }: TakenToken): Promise<void> {
    const [user] = await tx.user.updateManyAndReturn({
      where: { id: userId, deletedAt: null },
      data: { email, emailVerified: true },
      select: { firstName: true, settings: true },
    });
    if (user === undefined) throw invalid();
    await this.tokens.burn(tx, userId, 'verify', 'password_reset', 'cancel_deletion');
    await this.tokens.burnSince(tx, userId, 'restore_email', createdAt);
    const recipient = { userId, email, locale: mailLocaleOf(user.settings) };
    const url = `${this.config.frontendUrl}/forgot-password`;
    await this.mailer.enqueue(tx, recipient, 'email-restored', { name: user.firstName, url });
    await this.deletions.repeat(tx, userId);
  }
}
