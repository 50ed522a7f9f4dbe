import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Sealer } from '../../common/crypto/sealer.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { forgetSalts, lastExpired, lockChain, unchained } from './audit-chain.sql.js';
import { entryDigest, GENESIS, linkHash, saltedDigest } from './audit-digests.js';
import type { ChainedEntry } from './audit-digests.js';
import { HEAD_PURPOSE, readSeal, sealOf } from './chain-seal.js';

/** Entries a transaction: a few milliseconds of hashing. */
const BATCH = 500;
/** Every transaction of the panel ends long before: what is not there by then was never committed. */
const SETTLED_MS = 3_600_000;
/** How long entries are kept (admin/retention); links go once their entries have. */
export const ENTRY_LIFE_MS = 365 * 86_400_000;

const HEAD = { seq: true, seal: true, settledId: true, candidateId: true, candidateAt: true } as const;

/**
 * Chains the activity log after the fact: whoever writes an entry waits for nobody, and a job links what has been
 * committed, in batches under an advisory lock. What is changed or removed after that (about a minute at most) is noticed
 * by `AuditVerification`. The end of the chain is sealed with a key that is not in the database, so that nobody who only
 * has the database can write the chain anew or cut it off. An old state of the whole database is as consistent as
 * the new one: note the head elsewhere to notice that too.
 */
@Injectable()
export class AuditChain implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sealer: Sealer,
    private readonly jobs: Jobs,
    private readonly erasure: AccountErasure,
  ) {}

  onModuleInit(): void {
    this.jobs.register('audit.chain', () => this.run(), { cron: '* * * * *', retries: 0 });
    // Under the lock: a batch that has read what is being erased is committed before, so that its salts are found.
    this.erasure.register('audit-chain', async (tx, userId) => {
      await lockChain(tx);
      await forgetSalts(tx, userId);
    });
  }

  /** Links everything that is committed, then lets go of links whose entries have served their time. */
  async run(): Promise<void> {
    while ((await this.prisma.$transaction((tx) => this.append(tx))) === BATCH);
    await this.prisma.$transaction((tx) => this.cut(tx));
  }

  private async append(tx: Queryable): Promise<number> {
    await lockChain(tx);
    const head = await this.headOf(tx);
    const entries = await unchained(tx, Number(head.settledId), BATCH);
    // Only when nothing waits: what the next runs do not look at must be chained.
    if (entries.length < BATCH) await this.settle(tx, head);
    if (entries.length === 0) return 0;
    const before = readSeal(this.sealer, HEAD_PURPOSE, head) ?? GENESIS;
    const links = chain(entries, Number(head.seq), before);
    await tx.auditLink.createMany({ data: links });
    const last = links.at(-1) as (typeof links)[number];
    const data = { seq: last.seq, seal: sealOf(this.sealer, HEAD_PURPOSE, last) };
    await tx.auditHead.update({ where: { id: 1 }, data, select: { id: true } });
    return entries.length;
  }

  private headOf(tx: Queryable) {
    return tx.auditHead.upsert({ where: { id: 1 }, create: { id: 1 }, update: {}, select: HEAD });
  }

  /** Moves the id up behind which the next runs look, so that they do not search the whole log. */
  private async settle(tx: Queryable, { candidateId, candidateAt }: { candidateId: bigint; candidateAt: Date }) {
    if (Date.now() - candidateAt.getTime() < SETTLED_MS) return;
    const { _max } = await tx.activityEntry.aggregate({ _max: { id: true } });
    const data = { settledId: candidateId, candidateId: _max.id ?? candidateId, candidateAt: new Date() };
    await tx.auditHead.update({ where: { id: 1 }, data, select: { id: true } });
  }

  /** Removes the links of entries that retention has removed, as far as they are the oldest, and keeps the hash of the last one: the rest of the chain begins there. */
  private async cut(tx: Queryable): Promise<void> {
    await lockChain(tx);
    const last = await lastExpired(tx, new Date(Date.now() - ENTRY_LIFE_MS));
    if (last === undefined) return;
    await tx.auditCheckpoint.create({
      data: { seq: last.seq, seal: sealOf(this.sealer, 'audit-checkpoint', last) },
      select: { seq: true },
    });
    await tx.auditLink.deleteMany({ where: { seq: { lte: last.seq } } });
    await tx.auditCheckpoint.deleteMany({ where: { seq: { lt: last.seq } } });
  }
}

function chain(entries: readonly ChainedEntry[], seq: number, before: Uint8Array) {
  let hash = before;
  return entries.map((entry, index) => {
    const [ipSalt, metadataSalt] = [new Uint8Array(randomBytes(16)), new Uint8Array(randomBytes(16))];
    const content = {
      seq: seq + index + 1,
      entryId: entry.id,
      entryAt: entry.timestamp,
      entryDigest: entryDigest(entry),
      ipDigest: saltedDigest(ipSalt, entry.ipAddress),
      metadataDigest: saltedDigest(metadataSalt, entry.metadata),
    };
    const next = linkHash(hash, content);
    hash = next;
    return { ...content, ipSalt, metadataSalt, hash: next };
  });
}
