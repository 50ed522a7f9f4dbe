import { Injectable } from '@nestjs/common';
import { digest, randomSecret } from '../../common/crypto/digest.js';
import { badRequest } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';

const LIFETIME_SECONDS = 300;
/** Neither the form of a JWT nor that of an API key: no other door even looks it up. */
const PREFIX = 'tfa_';

/** A sign-in that waits for its second factor. */
export interface LoginChallenge {
  /** Names its row. */
  readonly digest: Uint8Array<ArrayBuffer>;
  readonly userId: number;
}

/**
 * Sign-ins whose first factor is proved: a row and a random pending token, good for five minutes, for one session and
 * for its own account. They end with the account's sessions when those are all ended.
 */
@Injectable()
export class LoginChallenges {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * The pending token, when the account has a second factor. Asked of the database: memory may be a moment behind.
   * None either when the account's sessions are of another generation by now; then no session opens without it.
   */
  async begin(userId: number, generation: number): Promise<string | undefined> {
    const token = `${PREFIX}${randomSecret()}`;
    const begun = await this.prisma.$executeRaw`
      INSERT INTO "LoginChallenge" ("digest", "userId", "expiresAt")
      SELECT ${digest(token)}, u."id", now() + make_interval(secs => ${LIFETIME_SECONDS}::int)
      FROM "User" u JOIN "TwoFactor" t ON t."userId" = u."id"
      WHERE u."id" = ${userId} AND u."sessionGeneration" = ${generation}
      FOR SHARE OF u`;
    return begun === 1 ? token : undefined;
  }

  /** @throws PanelError 400 for a token that is not, or no longer, good. */
  async find(token: string): Promise<LoginChallenge> {
    const where = { digest: digest(token), expiresAt: { gt: new Date() } };
    const found = await this.prisma.loginChallenge.findFirst({ where, select: { userId: true } });
    if (found === null) throw invalidChallenge();
    return { digest: where.digest, userId: found.userId };
  }

  /** @throws PanelError 400 when another request was quicker, or its time has run out. */
  async assertLive(tx: Queryable, { digest, userId }: LoginChallenge): Promise<void> {
    const where = { digest, userId, expiresAt: { gt: new Date() } };
    if ((await tx.loginChallenge.count({ where })) === 0) throw invalidChallenge();
  }

  /**
   * Ends it, right before its session opens.
   * @returns the generation of the account's sessions.
   * @throws PanelError 400 when another request was quicker, or its time has run out: then no session may open.
   */
  async take(tx: Queryable, { digest, userId }: LoginChallenge): Promise<number> {
    const [taken] = await tx.$queryRaw<{ generation: number }[]>`
      DELETE FROM "LoginChallenge" c USING "User" u
      WHERE c."digest" = ${digest} AND c."userId" = ${userId} AND c."expiresAt" > ${new Date()} AND u."id" = c."userId"
      RETURNING u."sessionGeneration" AS "generation"`;
    if (taken === undefined) throw invalidChallenge();
    return taken.generation;
  }
}

export const invalidChallenge = (): PanelError => badRequest('Invalid tempToken', 'auth.temp_token_invalid');
