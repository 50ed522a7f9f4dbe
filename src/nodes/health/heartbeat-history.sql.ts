import type { Statement } from '../../prisma/database.js';
import type { HeartbeatStatus } from './heartbeat.js';

const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export interface NewestRow {
  readonly nodeId: number;
  readonly beats: { timestamp: string; responseMs: number | null; status: HeartbeatStatus }[];
}

/** The last 200 heartbeats of every node, oldest first. */
export const NEWEST_OF_ALL: Statement = {
  name: 'nodes_newest_heartbeats',
  text: `
    SELECT n."id" AS "nodeId", coalesce(h."beats", '[]'::json) AS "beats" FROM "Node" n
    CROSS JOIN LATERAL (
      SELECT json_agg(
        json_build_object('timestamp', ${iso('b."timestamp"')}, 'responseMs', b."responseMs", 'status', b."status")
        ORDER BY b."timestamp", b."id"
      ) AS "beats"
      FROM (
        SELECT "id", "timestamp", "responseMs", "status" FROM "NodeHeartbeat"
        WHERE "nodeId" = n."id" ORDER BY "timestamp" DESC LIMIT 200
      ) b
    ) h
    ORDER BY n."id"`,
};

export interface HistoryRow {
  readonly timestamp: Date;
  readonly responseMs: number | null;
  readonly status: HeartbeatStatus;
  readonly total: number;
  readonly good: number;
  readonly average: number | null;
}

/**
 * Heartbeats of a node in the last $2 seconds, thinned out to $3 points: of each stretch of time one that failed, if
 * any did, else the slowest, so that no outage disappears. Each row repeats the sums over all of them.
 */
export const HISTORY: Statement = {
  name: 'nodes_heartbeat_history',
  text: `
    WITH beat AS (
      SELECT "id", "timestamp", "responseMs", "status", count(*) OVER () AS "total",
        count(*) FILTER (WHERE "status" = 'ok') OVER () AS "good", avg("responseMs") OVER () AS "average",
        row_number() OVER (ORDER BY "timestamp", "id") AS "place"
      FROM "NodeHeartbeat"
      WHERE "nodeId" = $1::int AND "timestamp" > now() - make_interval(secs => $2::float8)
    ), thinned AS (
      SELECT DISTINCT ON ("stretch") * FROM (
        SELECT *, CASE WHEN "total" <= $3::int THEN "place"
          ELSE floor(EXTRACT(EPOCH FROM "timestamp") / ($2::float8 / ($3::int - 1)))::bigint END AS "stretch"
        FROM beat
      ) b
      ORDER BY "stretch", "status" = 'ok', "responseMs" DESC NULLS LAST, "id"
    )
    SELECT "timestamp", "responseMs", "status"::text AS "status", "total"::int AS "total", "good"::int AS "good",
      "average"::float8 AS "average"
    FROM thinned ORDER BY "timestamp", "id"`,
};

/**
 * The same by the hour, from sums: for windows of more than a day. An hour in which one failed
 * shows as failed. Hours that are not summed up yet are summed up here.
 */
export const HISTORY_BY_HOUR: Statement = {
  name: 'nodes_heartbeat_history_by_hour',
  text: `
    WITH last AS (
      SELECT max("hour") AS "hour" FROM "NodeHeartbeatHour" WHERE "nodeId" = $1::int
    ), hours AS (
      SELECT "hour", "checks", "good", "timeouts", "measured", "responseMs" FROM "NodeHeartbeatHour"
      WHERE "nodeId" = $1::int AND "hour" > now() - make_interval(secs => $2::float8)
      UNION ALL
      SELECT date_trunc('hour', h."timestamp", 'UTC'), count(*), count(*) FILTER (WHERE h."status" = 'ok'),
        count(*) FILTER (WHERE h."status" = 'timeout'), count(h."responseMs"), coalesce(sum(h."responseMs"), 0)
      FROM "NodeHeartbeat" h, last
      WHERE h."nodeId" = $1::int
        AND h."timestamp" >= coalesce(last."hour" + interval '1 hour', now() - interval '7 days')
      GROUP BY 1
    )
    SELECT "hour" AS "timestamp", ("responseMs" / nullif("measured", 0))::int AS "responseMs",
      CASE WHEN "good" = "checks" THEN 'ok' WHEN "timeouts" = "checks" - "good" THEN 'timeout' ELSE 'error' END
        AS "status",
      (sum("checks") OVER ())::int AS "total", (sum("good") OVER ())::int AS "good",
      (sum("responseMs") OVER () / nullif(sum("measured") OVER (), 0))::float8 AS "average"
    FROM hours ORDER BY "hour"`,
};
