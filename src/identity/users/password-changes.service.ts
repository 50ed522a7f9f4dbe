import { Injectable } from '@nestjs/common';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { EmailTokens } from '../email-verification/email-tokens.js';
import type { EmailTokenOwner } from '../email-verification/email-tokens.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Sessions } from '../sessions/sessions.service.js';
import type { EndedSessions } from '../sessions/sessions.service.js';

/** What every change of a password brings with it. */
@Injectable()
export class PasswordChanges {
  constructor(
    private readonly tokens: EmailTokens,
    private readonly sessions: Sessions,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /**
   * Stores the hash, ends the sessions except one, burns reset links and tells the owner by mail, all within the
   * caller's transaction. Undefined when the account does not have that address (any more).
   * @param keepSession the session that goes on.
   */
  async apply(
    tx: Queryable,
    { userId, email }: EmailTokenOwner,
    passwordHash: string,
    keepSession?: string,
  ): Promise<EndedSessions | undefined> {
    const where = { id: userId, email };
    const [user] = await tx.user.updateManyAndReturn({
      where,
      data: { passwordHash },
      select: { firstName: true, settings: true },
    });
    if (user === undefined) return undefined;
    await this.tokens.burn(tx, userId, 'password_reset');
    const ended = await this.sessions.endAll(tx, userId, keepSession);
    const recipient = { userId, email, locale: mailLocaleOf(user.settings) };
    const url = `${this.config.frontendUrl}/forgot-password`;
    await this.mailer.enqueue(tx, recipient, 'password-changed', { name: user.firstName, url });
    return ended;
  }
}
