import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../prisma/prisma.service.js';
import { Sealer } from '../crypto/sealer.js';
import { conflict, PanelError } from '../errors/panel-error.js';

const KEPT_SECONDS = 86_400;
/** A request that has not ended after this time died with its process; its key may be used again. */
const ABANDONED_SECONDS = 120;
const PURPOSE = 'idempotency';

type Digest = Uint8Array<ArrayBuffer>;

export interface IdempotencyKey {
  readonly digest: Digest;
  readonly fingerprint: Digest;
  readonly maximumAgeSeconds?: number | undefined;
}

/** First answers by key. Bodies are sealed: some hold a secret that is shown once. */
@Injectable()
export class IdempotencyStore {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Claims the key, or gives the earlier answer.
   * @throws PanelError 409 while the first request runs, 422 when its body was another one.
   */
  async begin(key: IdempotencyKey): Promise<{ status: number; body: unknown } | undefined> {
    if (await this.claim(key)) return undefined;
    const earlier = await this.prisma.idempotencyRecord.findUnique({ where: { digest: key.digest } });
    if (earlier === null) return this.begin(key);
    if (!Buffer.from(earlier.fingerprint).equals(key.fingerprint)) {
      throw new PanelError(422, 'idempotency.other_body', 'This Idempotency-Key was used with another body');
    }
    if (earlier.status === null || earlier.bodySealed === null) {
      throw conflict('The first request with this key is still running', 'idempotency.running');
    }
    return { status: earlier.status, body: JSON.parse(this.sealer.open(earlier.bodySealed, PURPOSE)) };
  }

  async complete(digest: Digest, status: number, body: unknown): Promise<void> {
    const bodySealed = this.sealer.seal(JSON.stringify(body ?? null), PURPOSE);
    await this.prisma.idempotencyRecord.updateMany({ where: { digest }, data: { status, bodySealed } });
  }

  async forget(digest: Digest): Promise<void> {
    await this.prisma.idempotencyRecord.deleteMany({ where: { digest } });
  }

  /** One statement decides who runs: a new key, an expired one, or one whose process died. */
  private async claim({ digest, fingerprint, maximumAgeSeconds }: IdempotencyKey): Promise<boolean> {
    const kept = maximumAgeSeconds ?? KEPT_SECONDS;
    const claimed = await this.prisma.$executeRaw`
      INSERT INTO "IdempotencyRecord" ("digest", "fingerprint") VALUES (${digest}, ${fingerprint})
      ON CONFLICT ("digest") DO UPDATE
        SET "fingerprint" = EXCLUDED."fingerprint", "status" = NULL, "bodySealed" = NULL, "createdAt" = now()
        WHERE "IdempotencyRecord"."createdAt" < now() - make_interval(secs => ${kept}::int)
           OR ("IdempotencyRecord"."status" IS NULL
               AND "IdempotencyRecord"."createdAt" < now() - make_interval(secs => ${ABANDONED_SECONDS}::int))`;
    return claimed === 1;
  }
}
