import type { Statement } from '../../prisma/database.js';

/** Nodes whose probe is due, each for one replica: the next probe is set in the same step, early by up to a fifth. */
export const CLAIM_DUE: Statement = {
  name: 'nodes_claim_due',
  text: `
    UPDATE "Node" SET "nextProbeAt" = now() + make_interval(secs => $1::float8 * (0.8 + 0.2 * random()))
    WHERE "id" IN (
      SELECT "id" FROM "Node" WHERE "nextProbeAt" <= now()
      ORDER BY "nextProbeAt" LIMIT $2::int FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING "id"`,
};

/** Milliseconds until the next probe is due; null without nodes. */
export const NEXT_DUE: Statement = {
  name: 'nodes_next_due',
  text: `SELECT (EXTRACT(EPOCH FROM min("nextProbeAt") - now()) * 1000)::float8 AS "dueInMs" FROM "Node"`,
};

/** The newest heartbeat of every node. */
export const LOAD_STATES: Statement = {
  name: 'nodes_load_states',
  text: `
    SELECT n."id" AS "nodeId", n."healthStatus" AS "status", n."healthCheckedAt" AS "at", h."responseMs"
    FROM "Node" n
    LEFT JOIN LATERAL (
      SELECT "responseMs" FROM "NodeHeartbeat" WHERE "nodeId" = n."id" ORDER BY "timestamp" DESC LIMIT 1
    ) h ON true
    WHERE n."healthStatus" IS NOT NULL AND n."healthCheckedAt" IS NOT NULL`,
};

/**
 * Results of probes: heartbeat rows and the nodes' state. Rows are locked in the order of their ids, so that two
 * replicas cannot wait for each other. `changed`: the daemon turned out to be of another family or version.
 * A daemon calls the panel while it boots, before it listens: one that was heard a moment ago is asked again soon.
 */
export const WRITE_PROBES: Statement = {
  name: 'nodes_write_probes',
  text: `
    WITH result AS (
      SELECT * FROM unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[])
        AS r("nodeId", "status", "responseMs", "reason", "kind", "version")
    ), before AS (
      SELECT "id", "daemonKind", "daemonVersion" FROM "Node" WHERE "id" = ANY($1::int[])
      ORDER BY "id" FOR NO KEY UPDATE
    ), state AS (
      UPDATE "Node" n SET
        "healthStatus" = r."status"::"HeartbeatStatus", "healthReason" = r."reason", "healthCheckedAt" = now(),
        "lastSeenAt" = CASE WHEN r."status" = 'ok' THEN now() ELSE n."lastSeenAt" END,
        "daemonKind" = coalesce(r."kind"::"DaemonKind", n."daemonKind"),
        "daemonVersion" = coalesce(r."version", n."daemonVersion"),
        "nextProbeAt" = CASE
          WHEN r."status" = 'error' AND n."lastSeenAt" > now() - interval '15 seconds'
          THEN least(n."nextProbeAt", now() + interval '2 seconds')
          ELSE n."nextProbeAt"
        END
      FROM result r JOIN before b ON b."id" = r."nodeId"
      WHERE n."id" = r."nodeId"
      RETURNING n."id", n."daemonKind" <> b."daemonKind" OR n."daemonVersion" IS DISTINCT FROM b."daemonVersion" AS "changed"
    ), beat AS (
      INSERT INTO "NodeHeartbeat" ("nodeId", "status", "responseMs", "source")
      SELECT r."nodeId", r."status"::"HeartbeatStatus", r."responseMs", 'probe'
      FROM result r JOIN state s ON s."id" = r."nodeId"
    )
    SELECT "id" AS "nodeId", "changed" FROM state`,
};

/**
 * Calls of daemons. A call proves that the daemon lives, not that the panel reaches it: while the last probe failed it
 * does not make the node healthy, it only brings the next probe forward. Otherwise it counts as a heartbeat, one row
 * a node and interval.
 */
export const WRITE_SIGNS: Statement = {
  name: 'nodes_write_signs',
  text: `
    WITH sign AS (
      SELECT * FROM unnest($1::int[], $2::text[], $3::text[]) AS s("nodeId", "kind", "version")
    ), before AS (
      SELECT "id", "daemonKind", "daemonVersion" FROM "Node" WHERE "id" = ANY($1::int[])
      ORDER BY "id" FOR NO KEY UPDATE
    ), seen AS (
      UPDATE "Node" n SET
        "lastSeenAt" = now(),
        "daemonKind" = coalesce(s."kind"::"DaemonKind", n."daemonKind"),
        "daemonVersion" = coalesce(s."version", n."daemonVersion"),
        "healthStatus" = coalesce(n."healthStatus", 'ok'),
        "healthCheckedAt" = CASE WHEN coalesce(n."healthStatus", 'ok') = 'ok' THEN now() ELSE n."healthCheckedAt" END,
        "nextProbeAt" = CASE
          WHEN coalesce(n."healthStatus", 'ok') = 'ok' THEN n."nextProbeAt"
          ELSE least(n."nextProbeAt", greatest(now(), n."healthCheckedAt" + interval '2 seconds'))
        END
      FROM sign s JOIN before b ON b."id" = s."nodeId"
      WHERE n."id" = s."nodeId"
      RETURNING n."id", n."healthStatus",
        n."daemonKind" <> b."daemonKind" OR n."daemonVersion" IS DISTINCT FROM b."daemonVersion" AS "changed"
    ), beat AS (
      INSERT INTO "NodeHeartbeat" ("nodeId", "status", "source")
      SELECT s."id", 'ok', 'call' FROM seen s
      WHERE s."healthStatus" = 'ok' AND NOT EXISTS (
        SELECT 1 FROM "NodeHeartbeat" h WHERE h."nodeId" = s."id" AND h."source" = 'call'
          AND h."timestamp" > now() - make_interval(secs => $4::float8)
      )
    )
    SELECT "id" AS "nodeId", "changed", "healthStatus" = 'ok' AS "healthy" FROM seen`,
};

/** Rows older than the history that the panel shows. */
export const PURGE: Statement = {
  name: 'nodes_purge_heartbeats',
  text: `DELETE FROM "NodeHeartbeat" WHERE "timestamp" < now() - interval '7 days'`,
};
