import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { digest } from '../../common/crypto/digest.js';
import type { EmailTokenPurpose } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

/** Whom a mailed link was meant for. */
export interface EmailTokenOwner {
  readonly userId: number;
  /** The address that it was sent to: it proves nothing about another one. */
  readonly email: string;
}

/** An owner, with when the mail went out. */
export interface TakenToken extends EmailTokenOwner {
  readonly createdAt: Date;
}

interface NewToken extends EmailTokenOwner {
  readonly purpose: EmailTokenPurpose;
  readonly secret: string;
  readonly lifetimeSeconds: number;
}

/** Links and codes sent by mail: stored as digests, good once, bound to the address they went to. */
@Injectable()
export class EmailTokens implements OnModuleInit {
  constructor(private readonly erasure: AccountErasure) {}

  onModuleInit(): void {
    this.erasure.register('email-tokens', (tx, userId) => this.burn(tx, userId));
  }

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
  async take(tx: Queryable, purpose: EmailTokenPurpose, secret: string): Promise<TakenToken | undefined> {
    const [owner] = await tx.$queryRaw<TakenToken[]>`
      DELETE FROM "EmailToken" WHERE "digest" = ${digestOf(purpose, secret)} AND "expiresAt" > now()
      RETURNING "userId", "email", "createdAt"`;
    return owner;
  }

  /** Nothing mailed to the account for that purpose is good any more. */
  async burn(tx: Queryable, userId: number, ...purposes: EmailTokenPurpose[]): Promise<void> {
    await tx.emailToken.deleteMany({ where: { userId, ...(purposes.length > 0 && { purpose: { in: purposes } }) } });
  }

  /** What was mailed for that purpose from a moment on is not good any more; what was mailed before stays. */
  async burnSince(tx: Queryable, userId: number, purpose: EmailTokenPurpose, since: Date): Promise<void> {
    await tx.emailToken.deleteMany({ where: { userId, purpose, createdAt: { gte: since } } });
  }
}

/** The purpose is part of the digest: a reset link is no verification link. */
const digestOf = (purpose: EmailTokenPurpose, secret: string): Uint8Array<ArrayBuffer> =>
  digest(`${purpose}\n${secret}`);
