import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { rateLimited, RateLimits } from '../../common/throttling/rate-limits.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { Identities } from '../principals/identities.js';
import { invalidChallenge } from '../sign-in/login-challenges.js';
import type { LoginChallenge } from '../sign-in/login-challenges.js';
import { CodeDigests } from './code-digests.js';
import type { TypedCode } from './code-digests.js';

const LIFETIME_SECONDS = 300;
const PAUSE_SECONDS = 5;
const MAXIMUM_MAILS = 5;
const MAXIMUM_WRONG = 5;

interface MailedCode {
  readonly emailCodeDigest: Uint8Array | null;
  readonly emailSentAt: Date | null;
}

/** Six digits by mail as a second factor; they belong to one pending sign-in. */
@Injectable()
export class EmailCodes {
  constructor(
    private readonly prisma: PrismaService,
    private readonly digests: CodeDigests,
    private readonly identities: Identities,
    private readonly mailer: Mailer,
    private readonly limits: RateLimits,
  ) {}

  /**
   * Mails a new code; an earlier one is not good any more. At most one in five seconds and five for a sign-in.
   * @throws PanelError 429 beyond.
   */
  async send(challenge: LoginChallenge): Promise<void> {
    const { userId } = challenge;
    const { profile } = await this.identities.account(userId);
    await this.assertMayMail(userId);
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    await this.prisma.$transaction(async (tx) => {
      if (!(await this.note(tx, challenge, code))) throw await this.refusal(tx, challenge);
      const recipient = { userId, email: profile.email, locale: mailLocaleOf(profile.settings) };
      await this.mailer.enqueue(tx, recipient, 'two-factor-code', { name: profile.firstName, code });
    });
  }

  /** Whether it is the code that was mailed last. The fifth wrong one ends the sign-in. */
  async check(tx: Queryable, { digest, userId }: LoginChallenge, code: string): Promise<boolean> {
    const where = { digest, userId };
    const select = { emailCodeDigest: true, emailSentAt: true } as const;
    const mailed = await tx.loginChallenge.findFirst({ where, select });
    if (mailed !== null && this.matches(mailed, { purpose: 'email', userId, code })) return true;
    await tx.loginChallenge.updateMany({ where, data: { wrongEmailCodes: { increment: 1 } } });
    await tx.loginChallenge.deleteMany({ where: { ...where, wrongEmailCodes: { gte: MAXIMUM_WRONG } } });
    return false;
  }

  private matches({ emailCodeDigest, emailSentAt }: MailedCode, code: TypedCode): boolean {
    if (emailCodeDigest === null || emailSentAt === null) return false;
    const isYoung = Date.now() - emailSentAt.getTime() < LIFETIME_SECONDS * 1000;
    return isYoung && this.digests.candidates(code).some((digest) => Buffer.from(digest).equals(emailCodeDigest));
  }

  /** Over all sign-ins of the account, so that who knows the password cannot fill the mailbox. */
  private async assertMayMail(userId: number): Promise<void> {
    for (const { limit, windowSeconds } of this.limits.of('secondFactorMail')) {
      await this.limits.consume(`second-factor-mail:${userId}`, limit, windowSeconds);
    }
  }

  private async note(tx: Queryable, { digest, userId }: LoginChallenge, code: string): Promise<boolean> {
    const now = new Date();
    const { count } = await tx.loginChallenge.updateMany({
      where: {
        digest,
        userId,
        expiresAt: { gt: now },
        emailsSent: { lt: MAXIMUM_MAILS },
        OR: [{ emailSentAt: null }, { emailSentAt: { lte: new Date(now.getTime() - PAUSE_SECONDS * 1000) } }],
      },
      data: {
        emailCodeDigest: this.digests.of({ purpose: 'email', userId, code }),
        emailSentAt: now,
        emailsSent: { increment: 1 },
      },
    });
    return count === 1;
  }

  private async refusal(tx: Queryable, { digest, userId }: LoginChallenge): Promise<Error> {
    const select = { emailsSent: true, expiresAt: true } as const;
    const row = await tx.loginChallenge.findFirst({ where: { digest, userId }, select });
    if (row === null) return invalidChallenge();
    const secondsLeft = Math.max(1, Math.ceil((row.expiresAt.getTime() - Date.now()) / 1000));
    return rateLimited(row.emailsSent < MAXIMUM_MAILS ? PAUSE_SECONDS : secondsLeft);
  }
}
