import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { randomSecret } from '../../common/crypto/digest.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { EmailTokens } from '../email-verification/email-tokens.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { Sessions } from '../sessions/sessions.service.js';
import { PasswordChanges } from '../users/password-changes.service.js';
import type { PasswordResetConfirmDto } from './dto/password-reset.dto.js';
import { LoginLockout } from './login-lockout.js';

const LIFETIME_SECONDS = 3_600;
const invalid = () => badRequest('Invalid or expired token', 'auth.reset_link_invalid');

/** Lets people who forgot their password choose a new one, by a link that proves their address. */
@Injectable()
export class PasswordReset implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly tokens: EmailTokens,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordChanges,
    private readonly sessions: Sessions,
    private readonly lockout: LoginLockout,
    private readonly mailer: Mailer,
    private readonly jobs: Jobs,
    private readonly bus: EventBus,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.jobs.register('identity.password_reset', ({ email }) => this.sendLink(email), { retries: 3 });
  }

  /** Only notes the wish: whether the address is known is looked up afterwards, so neither answer nor time tell it. */
  async request(email: string): Promise<void> {
    await this.jobs.enqueue('identity.password_reset', { email });
  }

  /** Sets the password, ends every session and makes every other link of the account useless. */
  async confirm({ token, password }: PasswordResetConfirmDto, ip: string): Promise<void> {
    // A made-up link must not cost a hash.
    if ((await this.tokens.peek(this.prisma, 'password_reset', token)) === undefined) throw invalid();
    const passwordHash = await this.hasher.hash(password);
    const ended = await this.prisma.$transaction(async (tx) => {
      const owner = await this.tokens.take(tx, 'password_reset', token);
      if (owner === undefined) throw invalid();
      const sessions = await this.passwords.apply(tx, owner, passwordHash);
      if (sessions === undefined) throw invalid();
      const { userId } = owner;
      await this.audit.record(
        { userId, action: 'password-reset', targetType: 'user', targetId: userId, ipAddress: ip },
        tx,
      );
      return { ...sessions, email: owner.email };
    });
    this.sessions.announce(ended);
    this.bus.publish('user.changed', { userId: ended.userId });
    await this.lockout.clear(ended.email, ip);
  }

  private async sendLink(email: string): Promise<void> {
    const select = { id: true, firstName: true, settings: true } as const;
    const user = await this.prisma.user.findUnique({ where: { email }, select });
    if (user === null) return;
    const link = randomSecret();
    const owner = { userId: user.id, email };
    await this.prisma.$transaction(async (tx) => {
      await this.tokens.add(tx, {
        ...owner,
        purpose: 'password_reset',
        secret: link,
        lifetimeSeconds: LIFETIME_SECONDS,
      });
      const url = `${this.config.frontendUrl}/reset-password/${link}`;
      const recipient = { ...owner, locale: mailLocaleOf(user.settings) };
      await this.mailer.enqueue(tx, recipient, 'password-reset', { name: user.firstName, url });
    });
  }
}
