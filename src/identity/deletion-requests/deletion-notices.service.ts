import { Injectable } from '@nestjs/common';
import { randomSecret } from '../../common/crypto/digest.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { EmailTokens } from '../email-verification/email-tokens.js';
import { DAY_SECONDS, GRACE_DAYS, OPEN } from './deletion-rules.js';

/** A request may wait for staff, an approved one for the account's servers: the way back stays open for that long. */
const LINK_SECONDS = (GRACE_DAYS + 30) * DAY_SECONDS;

const OWNER = { email: true, firstName: true, settings: true } as const;

/** Mails about deletions, and the link in them that opens the way back for an account that cannot sign in any more. */
@Injectable()
export class DeletionNotices {
  constructor(
    private readonly tokens: EmailTokens,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /** The request was made, or (with the day of the deletion) approved. Earlier links are not good any more. */
  async withLink(tx: Queryable, userId: number, scheduledFor: Date | null): Promise<void> {
    const { email, firstName: name, settings } = await ownerOf(tx, userId);
    const secret = randomSecret();
    await this.tokens.burn(tx, userId, 'cancel_deletion');
    await this.tokens.add(tx, { userId, email, purpose: 'cancel_deletion', secret, lifetimeSeconds: LINK_SECONDS });
    const recipient = { userId, email, locale: mailLocaleOf(settings) };
    const url = `${this.config.frontendUrl}/cancel-deletion?token=${secret}`;
    if (scheduledFor === null) await this.mailer.enqueue(tx, recipient, 'deletion-requested', { name, url });
    else await this.mailer.enqueue(tx, recipient, 'deletion-approved', { name, url, date: scheduledFor });
  }

  async withoutLink(
    tx: Queryable,
    userId: number,
    template: 'deletion-rejected' | 'deletion-cancelled',
  ): Promise<void> {
    const { email, firstName: name, settings } = await ownerOf(tx, userId);
    await this.tokens.burn(tx, userId, 'cancel_deletion');
    await this.mailer.enqueue(tx, { userId, email, locale: mailLocaleOf(settings) }, template, { name });
  }

  /** Sends the link again, to the present address: the one before may have gone to somebody who took the account over. */
  async repeat(tx: Queryable, userId: number): Promise<void> {
    const open = await tx.deletionRequest.findFirst({
      where: { userId, status: { in: OPEN } },
      select: { scheduledDeletionAt: true },
    });
    if (open !== null) await this.withLink(tx, userId, open.scheduledDeletionAt);
  }
}

const ownerOf = (tx: Queryable, userId: number) => tx.user.findUniqueOrThrow({ where: { id: userId }, select: OWNER });
