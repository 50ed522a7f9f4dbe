import { Injectable } from '@nestjs/common';
import { Database } from '../../prisma/database.js';
import type { Statement } from '../../prisma/database.js';

/** Ended runs are kept for thirty days. */
const OLDEST_MS = 30 * 86_400_000;
/** How far a daemon's clock may be ahead. */
const AHEAD_MS = 86_400_000;
const PROBLEM_LENGTH = 255;

/** How a run of a schedule ended that a daemon did by itself. */
export interface ReportedRun {
  readonly scheduleUuid: string;
  readonly successful: boolean;
  /** Sentences of the steps that failed, in the daemon's order. */
  readonly errors: readonly string[];
  /** As the daemon's clock says. */
  readonly at: Date;
}

/**
 * Adds runs to the ledger, each once: of schedules of servers on the node ($1) only. $2 schedules, $3 states, $4 problems,
 * $5 times. Of the same times the panel's own run stays.
 */
const ADD_RUNS: Statement = {
  name: 'schedules_add_reported_runs',
  text: `
    WITH reported AS (
      SELECT r."uuid", r."state"::"ScheduleRunState" AS "state", r."problem", r."at"
      FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) AS r("uuid", "state", "problem", "at")
      JOIN "ServerSchedule" s ON s."uuid" = r."uuid"
      JOIN "Server" ON "Server"."uuid" = s."serverUuid" AND "Server"."nodeId" = $1::int
    ), added AS (
      INSERT INTO "ScheduleRun" ("scheduleUuid", "dueAt", "state", "problem", "finishedAt")
      SELECT "uuid", "at", "state", "problem", "at" FROM reported
      ON CONFLICT ("scheduleUuid", "dueAt") DO NOTHING
      RETURNING "scheduleUuid", "dueAt"
    )
    UPDATE "ServerSchedule" s SET "lastRunAt" = greatest(s."lastRunAt", a."at")
    FROM (SELECT "scheduleUuid", max("dueAt") AS "at" FROM added GROUP BY 1) a WHERE s."uuid" = a."scheduleUuid"`,
};

/**
 * What wings-rs tells of schedules that it ran by itself. The panel gives daemons none to run, so that is what is left of
 * an older configuration, or of another panel; what is about a schedule of the panel is shown among its runs.
 */
@Injectable()
export class ScheduleReports {
  constructor(private readonly database: Database) {}

  /** What is about other nodes' servers, was told before, or is older than runs are kept, is skipped. */
  async record(nodeId: number, reported: readonly ReportedRun[]): Promise<void> {
    const now = Date.now();
    const runs = reported.filter(({ at }) => at.getTime() > now - OLDEST_MS && at.getTime() < now + AHEAD_MS);
    if (runs.length === 0) return;
    await this.database.query(ADD_RUNS, [
      nodeId,
      runs.map(({ scheduleUuid }) => scheduleUuid),
      runs.map(({ successful }) => (successful ? 'completed' : 'failed')),
      runs.map(problemOf),
      runs.map(({ at }) => at.toISOString()),
    ]);
  }
}

const problemOf = ({ errors }: ReportedRun): string | null =>
  errors.length === 0 ? null : errors.join('; ').slice(0, PROBLEM_LENGTH);
