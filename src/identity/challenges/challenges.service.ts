import { Injectable } from '@nestjs/common';
import { digest } from '../../common/crypto/digest.js';
import { Sealer } from '../../common/crypto/sealer.js';
import type { ChallengeKind } from '../../generated/prisma/enums.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

/** What a challenge is issued with. */
interface NewChallenge {
  readonly lifetimeSeconds: number;
  /** Whom it is for; absent for somebody who is not known yet. */
  readonly userId?: number | undefined;
  /** What its answer is judged by; sealed in the database. */
  readonly payload?: object;
}

/** A challenge that was just used up. */
export interface TakenChallenge<Payload> {
  readonly userId: number | null;
  readonly payload: Payload;
  /** Since it was issued, by the server's own clock. */
  readonly ageMs: number;
}

interface Row {
  readonly userId: number | null;
  readonly sealed: string | null;
  readonly createdAt: Date;
}

/**
 * Questions that may be answered once, within minutes: of passkeys, external sign-ins and captchas. They lie in the
 * database, so that the answer may come to another replica; only a digest of their secret does.
 */
@Injectable()
export class Challenges {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sealer: Sealer,
    erasure: AccountErasure,
  ) {
    erasure.register('challenges', async (tx, userId) => {
      await tx.challenge.deleteMany({ where: { userId } });
    });
  }

  async issue(kind: ChallengeKind, secret: string, challenge: NewChallenge): Promise<void> {
    const { lifetimeSeconds, userId = null, payload } = challenge;
    const createdAt = new Date();
    const expiresAt = new Date(createdAt.getTime() + lifetimeSeconds * 1000);
    const sealed = payload === undefined ? null : this.sealer.seal(JSON.stringify(payload), purposeOf(kind));
    await this.prisma.challenge.create({
      data: { digest: digestOf(kind, secret), kind, userId, sealed, createdAt, expiresAt },
      select: { kind: true },
    });
  }

  /** The same, and what the account was asked before is not good any more. */
  async issueOnly(
    kind: ChallengeKind,
    secret: string,
    challenge: NewChallenge & { readonly userId: number },
  ): Promise<void> {
    await this.prisma.challenge.deleteMany({ where: { kind, userId: challenge.userId } });
    await this.issue(kind, secret, challenge);
  }

  /**
   * Uses a challenge up, before its answer is judged: of requests that bring the same one, one gets it.
   * @returns undefined when there is none, or it has run out.
   */
  async take<Payload = undefined>(kind: ChallengeKind, secret: string): Promise<TakenChallenge<Payload> | undefined> {
    const [row] = await this.prisma.$queryRaw<Row[]>`
      DELETE FROM "Challenge" WHERE "digest" = ${digestOf(kind, secret)} AND "expiresAt" > ${new Date()}
      RETURNING "userId", "sealed", "createdAt"`;
    if (row === undefined) return undefined;
    const { userId, sealed, createdAt } = row;
    const payload: unknown = sealed === null ? undefined : JSON.parse(this.sealer.open(sealed, purposeOf(kind)));
    return { userId, payload: payload as Payload, ageMs: Date.now() - createdAt.getTime() };
  }
}

/** The kind is part of the digest: what one kind was asked answers no other. */
const digestOf = (kind: ChallengeKind, secret: string): Uint8Array<ArrayBuffer> => digest(`${kind}\n${secret}`);

const purposeOf = (kind: ChallengeKind): string => `challenge:${kind}`;
