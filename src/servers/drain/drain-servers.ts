import type { Queryable } from '../../prisma/prisma.service.js';

/** Puts the servers that are on the node now on the drain's list; those on it already stay as they are. */
export async function addServersOf(
  tx: Queryable,
  { drainId, nodeId }: { drainId: number; nodeId: number },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "NodeDrainServer" ("drainId", "serverUuid")
    SELECT ${drainId}::int, "uuid" FROM "Server" WHERE "nodeId" = ${nodeId}
    ON CONFLICT ("drainId", "serverUuid") DO NOTHING`;
}

/** Notes what came of the drain's transfers, and which servers somebody else has moved. */
export async function noteOutcomes(
  tx: Queryable,
  { drainId, nodeId }: { drainId: number; nodeId: number },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE "NodeDrainServer"
    SET "state" = (CASE t."state" WHEN 'completed' THEN 'moved' ELSE 'failed' END)::"DrainServerState",
      "reason" = t."reason"
    FROM "ServerTransfer" t
    WHERE "NodeDrainServer"."drainId" = ${drainId} AND "NodeDrainServer"."state" = 'moving'
      AND t."id" = "NodeDrainServer"."transferId" AND t."endedAt" IS NOT NULL`;
  await tx.$executeRaw`
    UPDATE "NodeDrainServer" SET "state" = 'moved', "reason" = NULL
    FROM "Server" s
    WHERE "NodeDrainServer"."drainId" = ${drainId} AND "NodeDrainServer"."state" = 'waiting'
      AND s."uuid" = "NodeDrainServer"."serverUuid" AND s."nodeId" <> ${nodeId}`;
}
