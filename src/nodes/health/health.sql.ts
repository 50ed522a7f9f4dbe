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
 *
 * The state follows several probes: offline after two failures in a row, degraded after one failure or slow answer
 * (beyond $7 milliseconds), online again after two good ones in a row. A change goes to the activity log.
 */
export const WRITE_PROBES: Statement = {
  name: 'nodes_write_probes',
  text: `
    WITH result AS (
      SELECT * FROM unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[])
        AS r("nodeId", "status", "responseMs", "reason", "kind", "version")
    ), before AS (
      SELECT "id", "daemonKind", "daemonVersion", "healthState", "failedProbes", "goodProbes"
      FROM "Node" WHERE "id" = ANY($1::int[])
      ORDER BY "id" FOR NO KEY UPDATE
    ), judged AS (
      SELECT r.*, b."daemonKind", b."daemonVersion", b."healthState" AS "stateBefore", row."failed", row."good",
        CASE
          WHEN row."failed" >= 2 OR (row."failed" > 0 AND b."healthState" = 'offline') THEN 'offline'
          WHEN row."failed" > 0 OR r."responseMs" > $7::int THEN 'degraded'
          WHEN b."healthState" IS NULL OR b."healthState" = 'online' OR row."good" >= 2 THEN 'online'
          ELSE 'degraded'
        END::"NodeHealthState" AS "state"
      FROM result r JOIN before b ON b."id" = r."nodeId"
      CROSS JOIN LATERAL (
        SELECT CASE WHEN r."status" = 'ok' THEN 0 ELSE least(b."failedProbes" + 1, 1000000) END AS "failed",
          CASE WHEN r."status" = 'ok' AND r."responseMs" <= $7::int THEN least(b."goodProbes" + 1, 1000000) ELSE 0 END
            AS "good"
      ) row
    ), state AS (
      UPDATE "Node" n SET
        "healthStatus" = j."status"::"HeartbeatStatus", "healthReason" = j."reason", "healthCheckedAt" = now(),
        "healthState" = j."state", "failedProbes" = j."failed", "goodProbes" = j."good",
        "healthStateSince" = CASE
          WHEN j."state" IS DISTINCT FROM j."stateBefore" THEN now() ELSE n."healthStateSince"
        END,
        "lastSeenAt" = CASE WHEN j."status" = 'ok' THEN now() ELSE n."lastSeenAt" END,
        "daemonKind" = coalesce(j."kind"::"DaemonKind", n."daemonKind"),
        "daemonVersion" = coalesce(j."version", n."daemonVersion"),
        "nextProbeAt" = CASE
          WHEN j."status" = 'error' AND n."lastSeenAt" > now() - interval '15 seconds'
          THEN least(n."nextProbeAt", now() + interval '2 seconds')
          ELSE n."nextProbeAt"
        END
      FROM judged j
      WHERE n."id" = j."nodeId"
      RETURNING n."id", j."stateBefore"::text AS "stateBefore", j."state"::text AS "state", j."reason",
        n."daemonKind" <> j."daemonKind" OR n."daemonVersion" IS DISTINCT FROM j."daemonVersion" AS "changed"
    ), beat AS (
      INSERT INTO "NodeHeartbeat" ("nodeId", "status", "responseMs", "source")
      SELECT r."nodeId", r."status"::"HeartbeatStatus", r."responseMs", 'probe'
      FROM result r JOIN state s ON s."id" = r."nodeId"
    ), event AS (
      INSERT INTO "ActivityEntry" ("action", "targetType", "targetId", "metadata")
      SELECT 'node:health:' || "state", 'node', "id"::text,
        jsonb_build_object('before', "stateBefore", 'reason', "reason")
      FROM state WHERE "state" IS DISTINCT FROM "stateBefore"
    )
    SELECT "id" AS "nodeId", "changed", "stateBefore", "state" FROM state`,
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
        "healthState" = coalesce(n."healthState", 'online'),
        "healthStateSince" = coalesce(n."healthStateSince", now()),
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

/** Sums up the hours that are over and not summed up yet. */
export const ROLL_UP: Statement = {
  name: 'nodes_roll_up_heartbeats',
  text: `
    WITH span AS (
      SELECT coalesce(
          (SELECT max("hour") + interval '1 hour' FROM "NodeHeartbeatHour"),
          date_trunc('hour', now() - interval '7 days', 'UTC')
        ) AS "from", date_trunc('hour', now(), 'UTC') AS "to"
    )
    INSERT INTO "NodeHeartbeatHour" ("nodeId", "hour", "checks", "good", "timeouts", "measured", "responseMs")
    SELECT h."nodeId", date_trunc('hour', h."timestamp", 'UTC'), count(*), count(*) FILTER (WHERE h."status" = 'ok'),
      count(*) FILTER (WHERE h."status" = 'timeout'), count(h."responseMs"), coalesce(sum(h."responseMs"), 0)
    FROM "NodeHeartbeat" h, span
    WHERE h."timestamp" >= span."from" AND h."timestamp" < span."to"
    GROUP BY 1, 2
    ON CONFLICT DO NOTHING`,
};

export const PURGE_HOURS: Statement = {
  name: 'nodes_purge_heartbeat_hours',
  text: `DELETE FROM "NodeHeartbeatHour" WHERE "hour" < now() - interval '90 days'`,
};
