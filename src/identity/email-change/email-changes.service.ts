import { Injectable } from '@nestjs/common';
import { randomSecret } from '../../common/crypto/digest.js';
import { badRequest, conflict } from '../../common/errors/panel-error.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { RateLimits } from '../../common/throttling/rate-limits.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { EmailTokens } from '../email-verification/email-tokens.js';
import type { EmailTokenOwner } from '../email-verification/email-tokens.js';
import { EmailVerification } from '../email-verification/email-verification.service.js';
import { isDisposable } from '../users/email-address.js';

const RESTORE_SECONDS = 48 * 3600;
/** Each change sends a mail to an address that nobody has confirmed, and each refusal tells that one is taken. */
const LIMIT = { limit: 5, windowSeconds: 86_400 } as const;

export const emailTaken = () => conflict('An account with that email address already exists.', 'users.email_taken');

/** What an account becomes when its address is changed: the new one is to be confirmed, the old one can come back. */
@Injectable()
export class EmailChanges {
  constructor(
    private readonly prisma: PrismaService,
    private readonly tokens: EmailTokens,
    private readonly verification: EmailVerification,
    private readonly mailer: Mailer,
    private readonly settings: PanelSettings,
    private readonly limits: RateLimits,
    private readonly config: Config,
  ) {}

  /** Whether the owner must give his password with the new address. */
  get needsPassword(): boolean {
    return this.settings.get('requirePasswordForEmailChange');
  }

  /** @throws PanelError 429 after five tries in a day, 400 for a disposable address, 409 for a known one. */
  async assertAcceptable(email: string, actorId: number, userId: number): Promise<void> {
    await this.limits.consume(`profile:email:${actorId}:${userId}`, LIMIT.limit, LIMIT.windowSeconds);
    if (this.settings.isFeatureEnabled('tempEmailFilter') && isDisposable(email)) {
      throw badRequest('Please use a permanent email address.', 'users.email_disposable');
    }
    // Only spares the rest; the unique index decides.
    if ((await this.prisma.user.count({ where: { email } })) > 0) throw emailTaken();
  }

  /**
   * Changes the address within the caller's transaction. What was mailed to the old one is not good any more, except
   * links that put an address back: whoever took over an account must not be able to burn them by changing it again.
   * @param owner the account with its present address; another change meanwhile is not overwritten.
   * @throws PanelError 409 when the account does not have that address any more. A known address is a unique violation.
   */
  async apply(tx: Queryable, { userId, email: oldEmail }: EmailTokenOwner, newEmail: string): Promise<void> {
    const [user] = await tx.user.updateManyAndReturn({
      where: { id: userId, email: oldEmail, deletedAt: null },
      data: { email: newEmail, emailVerified: false },
      select: { firstName: true, settings: true },
    });
    if (user === undefined) throw conflict('The account was changed meanwhile. Try again.', 'users.changed_meanwhile');
    await this.tokens.burn(tx, userId, 'verify', 'password_reset');
    await this.verification.start(tx, { userId, email: newEmail, ...user });
    const link = randomSecret();
    const restore = { userId, email: oldEmail, secret: link, lifetimeSeconds: RESTORE_SECONDS };
    await this.tokens.add(tx, { ...restore, purpose: 'restore_email' });
    const recipient = { userId, email: oldEmail, locale: mailLocaleOf(user.settings) };
    const url = `${this.config.frontendUrl}/restore-email?token=${link}`;
    await this.mailer.enqueue(tx, recipient, 'email-restore', { name: user.firstName, url, oldEmail, newEmail });
  }
}
