import { Injectable } from '@nestjs/common';
import { digest } from '../../common/crypto/digest.js';
import type { EmailTokenPurpose } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** Whom a mailed link was meant for. */
export interface EmailTokenOwner {
  readonly userId: number;
  /** The address that it was sent to: it proves nothing about another one. */
  readonly email: string;
}

interface NewToken extends EmailTokenOwner {
  readonly purpose: EmailTokenPurpose;
  readonly secret: string;
  readonly lifetimeSeconds: number;
}

/** Links and codes sent by mail: stored as digests, good once, bound to the address they went to. */
@Injectable()
export class EmailTokens {
  async add(tx: Queryable, { purpose, secret, userId, email, lifetimeSeconds }: NewToken): Promise<void> {
    const expiresAt = new Date(Date.now() + lifetimeSeconds * 1000);
    await tx.emailToken.create({
      data: { digest: digestOf(purpose, secret), purpose, userId, email, expiresAt },
      select: { userId: true },
    });
  }

  /** Whose it is, while it is good; it stays good. */
  async peek(tx: Queryable, purpose: EmailTokenPurpose, secret: string): Promise<EmailTokenOwner | undefined> {
    const where = { digest: digestOf(purpose, secret), purpose, expiresAt: { gt: new Date() } };
    return (await tx.emailToken.findFirst({ where, select: { userId: true, email: true } })) ?? undefined;
  }

  /** Whose it was; the same secret is never taken twice, also not by two requests at once. */
  async take(tx: Queryable, purpose: EmailTokenPurpose, secret: string): Promise<EmailTokenOwner | undefined> {
    const [owner] = await tx.$queryRaw<EmailTokenOwner[]>`
      DELETE FROM "EmailToken" WHERE "digest" = ${digestOf(purpose, secret)} AND "expiresAt" > now()
      RETURNING "userId", "email"`;
    return owner;
  }

  /** Nothing mailed to the account for that purpose is good any more. */
  async burn(tx: Queryable, userId: number, purpose?: EmailTokenPurpose): Promise<void> {
    await tx.emailToken.deleteMany({ where: { userId, ...(purpose !== undefined && { purpose }) } });
  }
}

/** The purpose is part of the digest: a reset link is no verification link. */
const digestOf = (purpose: EmailTokenPurpose, secret: string): Uint8Array<ArrayBuffer> =>
  digest(`${purpose}\n${secret}`);
