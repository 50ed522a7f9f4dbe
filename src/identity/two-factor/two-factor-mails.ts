import { Injectable } from '@nestjs/common';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import type { Queryable } from '../../prisma/prisma.service.js';

type Change = 'two-factor-enabled' | 'two-factor-disabled' | 'two-factor-reset';

/** Tells people by mail that their second factor changed. */
@Injectable()
export class TwoFactorMails {
  constructor(
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /** Within the transaction of the change. */
  async send(tx: Queryable, userId: number, change: Change): Promise<void> {
    const select = { email: true, firstName: true, settings: true } as const;
    const { email, firstName, settings } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select });
    const recipient = { userId, email, locale: mailLocaleOf(settings) };
    const url = `${this.config.frontendUrl}/forgot-password`;
    await this.mailer.enqueue(tx, recipient, change, { name: firstName, url });
  }
}
