import type { Queryable } from '../../prisma/prisma.service.js';

/** All ports of a node on one address, to be moved to another one. */
export interface AddressMove {
  readonly nodeId: number;
  readonly from: string;
  readonly to: string;
}

/** Holds every port of both addresses, so that nobody claims one of them meanwhile. */
export async function lockPorts(tx: Queryable, { nodeId, from, to }: AddressMove): Promise<void> {
  await tx.$executeRaw`
    SELECT 1 FROM "Allocation" WHERE "nodeId" = ${nodeId} AND "ip" IN (${from}, ${to}) ORDER BY "id" FOR UPDATE`;
}

/** Servers that cannot move: another server has one of their ports on the new address. One row a server. */
export function findConflicts(tx: Queryable, move: AddressMove): Promise<{ uuid: string; port: number }[]> {
  const { nodeId, from, to } = move;
  return tx.$queryRaw`
    SELECT o."serverUuid"::text AS "uuid", min(o."port") AS "port"
    FROM "Allocation" o
    JOIN "Allocation" n ON n."nodeId" = o."nodeId" AND n."ip" = ${to} AND n."port" = o."port"
    WHERE o."nodeId" = ${nodeId} AND o."ip" = ${from} AND o."serverUuid" IS NOT NULL
      AND n."serverUuid" IS NOT NULL AND n."serverUuid" <> o."serverUuid"
    GROUP BY o."serverUuid"`;
}

/**
 * Moves the ports of all servers but the stuck ones. What is on the new address already gives way: a free port, or the
 * same port of the same server, whose part as the default port is kept.
 * @returns the servers that moved.
 */
export async function movePorts(tx: Queryable, move: AddressMove, stuck: readonly string[]): Promise<string[]> {
  const { nodeId, from, to } = move;
  const taken = await tx.$queryRaw<{ uuid: string; port: number; wasDefault: boolean }[]>`
    DELETE FROM "Allocation" n USING "Allocation" o
    WHERE o."nodeId" = ${nodeId} AND o."ip" = ${from} AND o."serverUuid" IS NOT NULL
      AND o."serverUuid"::text <> ALL(${[...stuck]}::text[])
      AND n."nodeId" = o."nodeId" AND n."ip" = ${to} AND n."port" = o."port"
    RETURNING o."serverUuid"::text AS "uuid", n."port", n."isDefault" AS "wasDefault"`;
  const defaults = taken.filter(({ wasDefault }) => wasDefault);
  const moved = await tx.$queryRaw<{ uuid: string }[]>`
    UPDATE "Allocation" a SET "ip" = ${to},
      "isDefault" = a."isDefault" OR EXISTS (
        SELECT 1 FROM unnest(${defaults.map(({ uuid }) => uuid)}::text[], ${defaults.map(({ port }) => port)}::int[])
          AS d("uuid", "port")
        WHERE d."uuid" = a."serverUuid"::text AND d."port" = a."port"
      )
    WHERE a."nodeId" = ${nodeId} AND a."ip" = ${from} AND a."serverUuid" IS NOT NULL
      AND a."serverUuid"::text <> ALL(${[...stuck]}::text[])
    RETURNING a."serverUuid"::text AS "uuid"`;
  return [...new Set(moved.map(({ uuid }) => uuid))];
}
