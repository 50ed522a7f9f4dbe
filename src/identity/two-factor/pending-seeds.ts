import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { Sealer } from '../../common/crypto/sealer.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { seedPurpose } from './second-factors.js';
import { newSeed } from './totp.js';

const LIFETIME_SECONDS = 900;

/** Seeds that were shown to a session and are not proved yet: one a session, for 15 minutes. */
@Injectable()
export class PendingSeeds {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sealer: Sealer,
  ) {}

  /** The session's pending seed, made now when there is none. */
  async of({ userId, sessionId }: UserPrincipal): Promise<string> {
    const fresh = this.sealer.seal(newSeed(), seedPurpose(userId));
    const [row] = await this.prisma.$queryRaw<{ seedSealed: string }[]>`
      INSERT INTO "TwoFactorSetup" AS pending ("sessionId", "seedSealed", "expiresAt")
      SELECT "id", ${fresh}, now() + make_interval(secs => ${LIFETIME_SECONDS}::int)
      FROM "Session" WHERE "id" = ${sessionId}::uuid AND "userId" = ${userId}
      ON CONFLICT ("sessionId") DO UPDATE SET "expiresAt" = EXCLUDED."expiresAt",
        "seedSealed" = CASE WHEN pending."expiresAt" > now() THEN pending."seedSealed" ELSE EXCLUDED."seedSealed" END
      RETURNING "seedSealed"`;
    // Ended since it was checked at the door.
    if (row === undefined) throw unauthorized('Invalid session', 'auth.session_over');
    return this.sealer.open(row.seedSealed, seedPurpose(userId));
  }

  async find(tx: Queryable, caller: UserPrincipal): Promise<string | undefined> {
    const found = await tx.twoFactorSetup.findFirst({ where: ofSession(caller), select: { seedSealed: true } });
    return found === null ? undefined : this.sealer.open(found.seedSealed, seedPurpose(caller.userId));
  }

  /** False when another request took it. */
  async take(tx: Queryable, caller: UserPrincipal): Promise<boolean> {
    return (await tx.twoFactorSetup.deleteMany({ where: ofSession(caller) })).count === 1;
  }
}

const ofSession = ({ userId, sessionId }: UserPrincipal) => ({
  sessionId: sessionId ?? '',
  session: { userId },
  expiresAt: { gt: new Date() },
});
