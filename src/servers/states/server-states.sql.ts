import type { Statement } from '../../prisma/database.js';

export interface RecordedRow {
  uuid: string;
  state: string;
  changed: boolean;
}

/**
 * Notes what a node told of its servers, and says which states changed. The state before is read in the same statement.
 * $1 node, $2 uuids, $3 states, $4 resources as JSON texts (empty keeps the stored ones).
 */
export const RECORD_STATES: Statement = {
  name: 'record_states',
  text: `
    UPDATE "Server" s
    SET "state" = r."state", "resources" = COALESCE(NULLIF(r."resources", '')::jsonb, s."resources"), "stateAt" = now()
    FROM (
      SELECT o."uuid", o."state" AS "before", t."state", t."resources"
      FROM unnest($2::text[], $3::text[], $4::text[]) AS t("uuid", "state", "resources")
      JOIN "Server" o ON o."uuid" = t."uuid"::uuid AND o."nodeId" = $1::int
    ) r
    WHERE s."uuid" = r."uuid" AND s."nodeId" = $1::int
    RETURNING s."uuid", s."state", (r."before" IS DISTINCT FROM s."state") AS "changed"`,
};

/**
 * Takes the nodes whose turn it is, so that of several replicas one asks each. $1 seconds until their next turn, $2 how
 * many at most.
 */
export const CLAIM_POLLS: Statement = {
  name: 'claim_polls',
  text: `
    UPDATE "Node" SET "nextPollAt" = now() + make_interval(secs => $1::int)
    WHERE "id" IN (
      SELECT n."id" FROM "Node" n
      WHERE n."nextPollAt" <= now() AND EXISTS (SELECT 1 FROM "Server" s WHERE s."nodeId" = n."id")
      ORDER BY n."nextPollAt" LIMIT $2::int FOR UPDATE OF n SKIP LOCKED
    )
    RETURNING "id"`,
};
