import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { JobKind } from '../../common/jobs/jobs.service.js';
import { SUCCESS } from '../../identity/dto/success.dto.js';
import type { SuccessResponse } from '../../identity/dto/success.dto.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { JOB_COUNTS, JOB_RUNS } from './background-jobs.sql.js';
import type { JobCountsRow, JobRunRow } from './background-jobs.sql.js';
import type { BackgroundJob, BackgroundJobRun } from './dto/background-jobs.dto.js';

const RUNS = 50;

/** Background jobs as staff sees and starts them. */
@Injectable()
export class BackgroundJobs {
  constructor(
    private readonly database: Database,
    private readonly prisma: PrismaService,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
  ) {}

  /** Every kind that the panel knows, also when none of its jobs is kept. */
  async list(): Promise<BackgroundJob[]> {
    const rows = await this.database.query<JobCountsRow>(JOB_COUNTS);
    const counts = new Map(rows.map((row) => [row.name, row]));
    return this.jobs.kinds().map((kind) => toBackgroundJob(kind, counts.get(kind.name)));
  }

  /** The newest fifty. @throws PanelError 404. */
  async runs(name: string): Promise<BackgroundJobRun[]> {
    this.kind(name);
    const rows = await this.database.query<JobRunRow>(JOB_RUNS, [name, RUNS]);
    return rows.map((row) => ({ ...row, durationMs: between(row.startedAt, row.finishedAt) }));
  }

  /**
   * Starts a periodic job beside its schedule; while one that was asked for waits, asking again changes nothing.
   * @throws PanelError 404; 409 for jobs that are about something.
   */
  async run(name: string, author: { userId: number; ipAddress: string }): Promise<SuccessResponse> {
    const kind = this.kind(name);
    if (kind.cron === null) throw conflict('This job only starts when something asks for it', 'jobs.not_periodic');
    await this.prisma.$transaction(async (tx) => {
      await this.audit.record({ ...author, action: 'admin:job:run', metadata: { name } }, tx);
      await this.jobs.enqueue(kind.name, {}, { tx, singletonKey: 'run-now' });
    });
    return SUCCESS;
  }

  private kind(name: string): JobKind {
    const kind = this.jobs.kinds().find((known) => known.name === name);
    if (kind === undefined) throw notFound('Job not found', 'jobs.not_found');
    return kind;
  }
}

function toBackgroundJob({ name, cron, retries }: JobKind, row: JobCountsRow | undefined): BackgroundJob {
  const { waiting = 0, active = 0, completed = 0, failed = 0 } = row ?? {};
  const { lastState = null, lastStartedAt = null, lastFinishedAt = null, lastError = null } = row ?? {};
  const last = { lastState, lastStartedAt, lastFinishedAt, lastDurationMs: between(lastStartedAt, lastFinishedAt) };
  return { name, cron, retries, waiting, active, completed, failed, ...last, lastError };
}

const between = (from: Date | null, to: Date | null): number | null =>
  from === null || to === null ? null : Math.max(0, to.getTime() - from.getTime());
