import { Injectable } from '@nestjs/common';
import { Sealer } from '../../common/crypto/sealer.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { ENTRY_LIFE_MS } from './audit-chain.service.js';
import { linksBehind } from './audit-chain.sql.js';
import type { LinkRow } from './audit-chain.sql.js';
import { entryDigest, GENESIS, linkHash, saltedDigest } from './audit-digests.js';
import { HEAD_PURPOSE, readSeal } from './chain-seal.js';
import type { AuditProblem, AuditVerificationResponse } from './dto/audit-verification.dto.js';

const PAGE = 1_000;
const MAXIMUM_PROBLEMS = 100;
/** What is removed an hour before its time has a clock that goes wrong, not somebody who hides it. */
const CLOCK_MS = 3_600_000;

interface Position {
  readonly seq: number;
  readonly hash: Uint8Array;
}

type Problems = AuditProblem[];

/** Compares the activity log with its chain. */
@Injectable()
export class AuditVerification {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Goes through the whole chain, a thousand links a query. One snapshot for all of it: what is appended meanwhile is
   * left for the next time.
   */
  verify(): Promise<AuditVerificationResponse> {
    return this.prisma.$transaction((tx) => this.verifyIn(tx), { isolationLevel: 'RepeatableRead', timeout: 300_000 });
  }

  private async verifyIn(tx: Queryable): Promise<AuditVerificationResponse> {
    const problems: Problems = [];
    const counts = { checked: 0, erased: 0, expired: 0 };
    const start = await this.start(tx, problems);
    let at = start;
    for (;;) {
      const rows = await linksBehind(tx, at.seq, PAGE);
      for (const row of rows) {
        checkLink(row, at, problems);
        const state = checkEntry(row, problems);
        counts.checked += 1;
        if (state !== 'whole') counts[state] += 1;
        at = { seq: row.seq, hash: row.hash };
      }
      if (rows.length < PAGE) break;
    }
    await this.checkHead(tx, at, problems);
    const head = { seq: at.seq, hash: Buffer.from(at.hash).toString('hex') };
    const shown = problems.slice(0, MAXIMUM_PROBLEMS);
    return { intact: problems.length === 0, ...counts, from: start.seq + 1, head, problems: shown };
  }

  /** Where the chain begins: behind the newest checkpoint. */
  private async start(tx: Queryable, problems: Problems): Promise<Position> {
    const genesis = { seq: 0, hash: GENESIS };
    const checkpoint = await tx.auditCheckpoint.findFirst({ orderBy: { seq: 'desc' } });
    if (checkpoint === null) return genesis;
    const seq = Number(checkpoint.seq);
    const hash = this.opened('audit-checkpoint', checkpoint);
    if (hash !== undefined) return { seq, hash };
    problems.push({ kind: 'checkpoint_forged', seq, entryId: null });
    return { seq, hash: GENESIS };
  }

  private async checkHead(tx: Queryable, at: Position, problems: Problems): Promise<void> {
    const head = await tx.auditHead.findUnique({ where: { id: 1 } });
    if (head === null || Number(head.seq) === 0) {
      if (at.seq > 0) problems.push({ kind: 'head_forged', seq: at.seq, entryId: null });
      return;
    }
    const hash = this.opened(HEAD_PURPOSE, head);
    if (hash === undefined) problems.push({ kind: 'head_forged', seq: Number(head.seq), entryId: null });
    else if (Number(head.seq) !== at.seq) problems.push({ kind: 'end_missing', seq: Number(head.seq), entryId: null });
    else if (!same(hash, at.hash)) problems.push({ kind: 'head_forged', seq: at.seq, entryId: null });
  }

  private opened(purpose: Parameters<typeof readSeal>[1], row: { seq: bigint; seal: string | null }) {
    try {
      return readSeal(this.sealer, purpose, row);
    } catch {
      return undefined;
    }
  }
}

function checkLink(row: LinkRow, before: Position, problems: Problems): void {
  const { seq, entryId } = row;
  if (seq !== before.seq + 1) problems.push({ kind: 'link_missing', seq: before.seq + 1, entryId: null });
  else if (!same(linkHash(before.hash, row), row.hash)) problems.push({ kind: 'link_changed', seq, entryId });
}

/** What became of a link's entry: what an erased account took with it and what has served its time is no problem. */
function checkEntry(row: LinkRow, problems: Problems): 'whole' | 'erased' | 'expired' {
  const { seq, entryId, id } = row;
  if (id === null) {
    if (row.entryAt.getTime() <= Date.now() - ENTRY_LIFE_MS + CLOCK_MS) return 'expired';
    problems.push({ kind: 'entry_missing', seq, entryId });
    return 'whole';
  }
  const isEntry =
    same(entryDigest({ ...row, id }), row.entryDigest) && row.timestamp.getTime() === row.entryAt.getTime();
  const isIpErased = row.ipAddress === null && row.actorErased;
  const isMetadataErased = row.metadata === null && row.subjectErased;
  const isIp = isIpErased || holds(row.ipSalt, row.ipAddress, row.ipDigest);
  const isMetadata = isMetadataErased || holds(row.metadataSalt, row.metadata, row.metadataDigest);
  if (!isEntry || !isIp || !isMetadata) problems.push({ kind: 'entry_changed', seq, entryId });
  return isIpErased || isMetadataErased ? 'erased' : 'whole';
}

/** Without its salt a text cannot be compared; only an erased account takes one away. */
const holds = (salt: Uint8Array | null, text: string | null, expected: Uint8Array): boolean =>
  salt !== null && same(saltedDigest(salt, text), expected);

const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;
