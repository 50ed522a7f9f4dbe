import type { Statement } from '../../prisma/database.js';

/** What is known of the jobs of one kind; they are kept for seven days. */
export interface JobCountsRow {
  readonly name: string;
  readonly waiting: number;
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
  readonly lastState: string | null;
  readonly lastStartedAt: Date | null;
  readonly lastFinishedAt: Date | null;
  readonly lastError: string | null;
}

/** Of what a job threw: the message, never its data. */
const ERROR = `left(coalesce(j."output"->>'message', j."output"->'value'->>'message'), 500)`;

export const JOB_COUNTS: Statement = {
  name: 'admin_job_counts',
  text: `
    WITH last AS (
      SELECT DISTINCT ON (j."name") j."name", j."state"::text AS "state", j."started_on", j."completed_on", ${ERROR} AS "error"
      FROM pgboss.job j WHERE j."completed_on" IS NOT NULL ORDER BY j."name", j."completed_on" DESC
    )
    SELECT c.*, last."state" AS "lastState", last."started_on" AS "lastStartedAt",
      last."completed_on" AS "lastFinishedAt", CASE WHEN last."state" = 'failed' THEN last."error" END AS "lastError"
    FROM (
      SELECT "name", count(*) FILTER (WHERE "state" < 'active')::int AS "waiting",
        count(*) FILTER (WHERE "state" = 'active')::int AS "active",
        count(*) FILTER (WHERE "state" = 'completed')::int AS "completed",
        count(*) FILTER (WHERE "state" = 'failed')::int AS "failed"
      FROM pgboss.job GROUP BY "name"
    ) c LEFT JOIN last ON last."name" = c."name"`,
};

export interface JobRunRow {
  readonly id: string;
  readonly state: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly retries: number;
  readonly error: string | null;
}

/** Newest first. $1 name, $2 limit. */
export const JOB_RUNS: Statement = {
  name: 'admin_job_runs',
  text: `
    SELECT j."id"::text AS "id", j."state"::text AS "state", j."created_on" AS "createdAt", j."started_on" AS "startedAt",
      j."completed_on" AS "finishedAt", j."retry_count" AS "retries",
      CASE WHEN j."state" IN ('failed', 'retry') THEN ${ERROR} END AS "error"
    FROM pgboss.job j WHERE j."name" = $1::text ORDER BY j."created_on" DESC, j."id" LIMIT $2::int`,
};
