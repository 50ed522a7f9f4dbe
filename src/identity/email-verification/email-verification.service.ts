import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { randomSecret } from '../../common/crypto/digest.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { Identities } from '../principals/identities.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { EmailTokens } from './email-tokens.js';
import type { EmailTokenOwner } from './email-tokens.js';

const LIFETIME_SECONDS = 86_400;

/** To whom a verification mail goes. */
export interface Addressee extends EmailTokenOwner {
  readonly firstName: string;
  readonly settings: unknown;
}

/** Proves that an address belongs to its account: by the link or the six digits of a mail. */
@Injectable()
export class EmailVerification {
  constructor(
    private readonly prisma: PrismaService,
    private readonly tokens: EmailTokens,
    private readonly mailer: Mailer,
    private readonly identities: Identities,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  /** Sends link and code within the caller's transaction; earlier ones are not good any more. */
  async start(tx: Queryable, { userId, email, firstName, settings }: Addressee): Promise<void> {
    const [link, code] = [randomSecret(), String(randomInt(1_000_000)).padStart(6, '0')];
    const common = { purpose: 'verify', userId, email, lifetimeSeconds: LIFETIME_SECONDS } as const;
    await this.tokens.burn(tx, userId, 'verify');
    await this.tokens.add(tx, { ...common, secret: linkSecret(link) });
    await this.tokens.add(tx, { ...common, secret: codeSecret(userId, code) });
    const url = `${this.config.frontendUrl}/verify-email?token=${link}`;
    const recipient = { userId, email, locale: mailLocaleOf(settings) };
    await this.mailer.enqueue(tx, recipient, 'verify-email', { name: firstName, url, code });
  }

  /** @returns where the browser goes next. */
  async confirmByLink(link: string): Promise<string> {
    await this.confirm(linkSecret(link), 'Invalid or expired token', 'auth.verification_link_invalid');
    return `${this.config.frontendUrl}/dashboard?emailVerified=1`;
  }

  async confirmByCode(caller: UserPrincipal, code: string): Promise<void> {
    await this.confirm(
      codeSecret(caller.userId, code.trim()),
      'Invalid or expired code',
      'auth.verification_code_invalid',
    );
  }

  /** Sends the mail again. @returns false when there is nothing to verify any more. */
  async resend(caller: UserPrincipal): Promise<boolean> {
    const { profile } = await this.identities.account(caller.userId);
    if (profile.emailVerified) return false;
    const { id: userId, email, firstName, settings } = profile;
    await this.prisma.$transaction((tx) => this.start(tx, { userId, email, firstName, settings }));
    return true;
  }

  private async confirm(secret: string, problem: string, code: string): Promise<void> {
    const userId = await this.prisma.$transaction(async (tx) => {
      const owner = await this.tokens.take(tx, 'verify', secret);
      if (owner === undefined) throw badRequest(problem, code);
      // The address may have changed since the mail: then the link proves nothing.
      const where = { id: owner.userId, email: owner.email };
      const { count } = await tx.user.updateMany({ where, data: { emailVerified: true } });
      if (count === 0) throw badRequest(problem, code);
      await this.tokens.burn(tx, owner.userId, 'verify');
      return owner.userId;
    });
    this.bus.publish('user.changed', { userId });
  }
}

/** Links have a space of their own: as a link, which anybody may follow, codes could be tried beside their limit. */
const linkSecret = (link: string): string => `link:${link}`;

/** Six digits are the same for many accounts; with the account they are not. */
const codeSecret = (userId: number, code: string): string => `code:${userId}:${code}`;
