import type { Queryable } from '../../prisma/prisma.service.js';
import type { ChainedEntry } from './audit-digests.js';

/** Who appends to the chain, or takes away what it refers to, holds this lock until his commit. */
const CHAIN_LOCK = 7_231_908_447;

export async function lockChain(tx: Queryable): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${CHAIN_LOCK}::bigint)`;
}

/** Entries behind an id that have no link yet, in the order of their ids. */
export function unchained(tx: Queryable, behindId: number, limit: number): Promise<ChainedEntry[]> {
  return tx.$queryRaw<ChainedEntry[]>`
    SELECT e."id"::float8 AS "id", e."userId", e."action", e."targetType", e."targetId",
           e."metadata"::text AS "metadata", e."ipAddress", e."timestamp"
    FROM "ActivityEntry" e
    WHERE e."id" > ${behindId}::bigint AND NOT EXISTS (SELECT 1 FROM "AuditLink" l WHERE l."entryId" = e."id")
    ORDER BY e."id" LIMIT ${limit}::int`;
}

/** A link and what its entry says now; `id` is null when the entry is gone. */
export interface LinkRow {
  readonly seq: number;
  readonly entryId: number;
  readonly entryAt: Date;
  readonly entryDigest: Uint8Array;
  readonly ipDigest: Uint8Array;
  readonly ipSalt: Uint8Array | null;
  readonly metadataDigest: Uint8Array;
  readonly metadataSalt: Uint8Array | null;
  readonly hash: Uint8Array;
  readonly id: number | null;
  readonly userId: number | null;
  readonly action: string;
  readonly targetType: string | null;
  readonly targetId: string | null;
  readonly metadata: string | null;
  readonly ipAddress: string | null;
  readonly timestamp: Date;
  /** The account that did it, or the one it was done to, has been erased. */
  readonly actorErased: boolean;
  readonly subjectErased: boolean;
}

/** Links behind one, in their order. */
export function linksBehind(client: Queryable, seq: number, limit: number): Promise<LinkRow[]> {
  return client.$queryRaw<LinkRow[]>`
    SELECT l."seq"::float8 AS "seq", l."entryId"::float8 AS "entryId", l."entryAt", l."entryDigest", l."ipDigest",
           l."ipSalt", l."metadataDigest", l."metadataSalt", l."hash",
           e."id"::float8 AS "id", e."userId", e."action", e."targetType", e."targetId",
           e."metadata"::text AS "metadata", e."ipAddress", e."timestamp",
           (actor."deletedAt" IS NOT NULL) AS "actorErased", (subject."deletedAt" IS NOT NULL) AS "subjectErased"
    FROM (SELECT * FROM "AuditLink" WHERE "seq" > ${seq}::bigint ORDER BY "seq" LIMIT ${limit}::int) l
    LEFT JOIN "ActivityEntry" e ON e."id" = l."entryId"
    LEFT JOIN "User" actor ON actor."id" = e."userId"
    LEFT JOIN "User" subject
      ON subject."id" = CASE WHEN e."targetType" = 'user' AND e."targetId" ~ '^[0-9]{1,9}$' THEN e."targetId"::int END
    ORDER BY l."seq"`;
}

/** Removes the salts of what an erased account takes with it. */
export async function forgetSalts(tx: Queryable, userId: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE "AuditLink" l SET "ipSalt" = NULL FROM "ActivityEntry" e
    WHERE e."id" = l."entryId" AND e."userId" = ${userId}`;
  await tx.$executeRaw`
    UPDATE "AuditLink" l SET "metadataSalt" = NULL FROM "ActivityEntry" e
    WHERE e."id" = l."entryId" AND e."targetType" = 'user' AND e."targetId" = ${String(userId)}`;
}

/** The last link before the first one that is still needed: its entry is there, or was too young to go. */
export async function lastExpired(tx: Queryable, cutoff: Date): Promise<{ seq: number; hash: Uint8Array } | undefined> {
  const rows = await tx.$queryRaw<{ seq: number; hash: Uint8Array }[]>`
    SELECT "seq"::float8 AS "seq", "hash" FROM "AuditLink"
    WHERE "seq" < coalesce((
      SELECT l."seq" FROM "AuditLink" l
      WHERE l."entryAt" >= ${cutoff} OR EXISTS (SELECT 1 FROM "ActivityEntry" e WHERE e."id" = l."entryId")
      ORDER BY l."seq" LIMIT 1), 9007199254740991)
    ORDER BY "seq" DESC LIMIT 1`;
  return rows[0];
}
