import type { Statement } from '../../prisma/database.js';

/** Notes that an agent lives, and counts the agents: those of the last $9 seconds, and all. */
export const SEE_AGENT: Statement = {
  name: 'abuse_see_agent',
  text: `
    WITH seen AS (
      INSERT INTO "AbuseAgent" ("key", "agentId", "detectorName", "nodeId", "nodeName", "version", "configVersion", "pid")
      VALUES ($1, $2, $3, $4::int, $5, $6, $7, $8::int)
      ON CONFLICT ("key") DO UPDATE SET "agentId" = excluded."agentId", "detectorName" = excluded."detectorName",
        "nodeName" = excluded."nodeName", "version" = excluded."version", "configVersion" = excluded."configVersion",
        "pid" = excluded."pid", "lastSeenAt" = now()
    )
    SELECT 1 + count(*) FILTER (WHERE "lastSeenAt" > now() - make_interval(secs => $9::float8))::int AS "active",
      1 + count(*)::int AS "total"
    FROM "AbuseAgent" WHERE "key" <> $1`,
};

export interface AgentCounts {
  readonly active: number;
  readonly total: number;
}
