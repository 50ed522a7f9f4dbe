import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { PowerAction } from '../../nodes/wings/wings-client.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { Backups } from '../backups/backups.service.js';
import { ACTION_BUDGET_MS, within } from '../daemon/time-budget.js';
import { ServerPower } from '../operations/server-power.service.js';
import { ScheduleRuns } from './schedule-runs.service.js';

const CONCURRENCY = 8;
const OFFLINE = 'The server was not running';
const INTERRUPTED = 'The panel stopped during a task';

const runColumns = {
  state: true,
  position: true,
  problem: true,
  schedule: {
    select: {
      uuid: true,
      name: true,
      onlyWhenOnline: true,
      tasks: { orderBy: { position: 'asc' } },
      server: { select: { uuid: true, nodeId: true, ownerId: true, state: true, suspended: true, dmca: true } },
    },
  },
} as const satisfies Prisma.ScheduleRunSelect;

type Run = Prisma.ScheduleRunGetPayload<{ select: typeof runColumns }>;
type Task = Run['schedule']['tasks'][number];

/** Does the tasks of runs, one job each. A task is begun at most once, also when the panel dies in it. */
@Injectable()
export class ScheduleTasks implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly runs: ScheduleRuns,
    private readonly power: ServerPower,
    private readonly backups: Backups,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.jobs.register('schedule.task', ({ runId, position }) => this.take(BigInt(runId), position), {
      concurrency: CONCURRENCY,
    });
  }

  private async take(id: bigint, position: number): Promise<void> {
    const run = await this.prisma.scheduleRun.findUnique({ where: { id }, select: runColumns });
    if (run === null || run.state !== 'running') return;
    const task = run.schedule.tasks[position];
    if (task === undefined) return this.finish(id, 'completed', run.problem);
    if (position === 0 && run.schedule.onlyWhenOnline && run.schedule.server.state !== 'running') {
      return this.finish(id, 'skipped', OFFLINE);
    }
    const { count } = await this.prisma.scheduleRun.updateMany({
      where: { id, state: 'running', position },
      data: { position: position + 1 },
    });
    // The job is tried again: whether the task was done before the panel stopped, nobody knows.
    if (count === 0) return this.finish(id, 'failed', INTERRUPTED);
    const problem = await this.attempt(run, task);
    if (problem !== undefined && !task.continueOnFailure) return this.finish(id, 'failed', problem);
    await this.goOn(id, run, position + 1, run.problem ?? problem ?? null);
  }

  /** @returns what went wrong, for the person who looks at the run. */
  private async attempt({ schedule }: Run, task: Task): Promise<string | undefined> {
    try {
      await this.perform(schedule, task);
      return undefined;
    } catch (error) {
      if (error instanceof PanelError) return error.message;
      logger.error({ err: error, schedule: schedule.uuid }, 'task of a schedule failed');
      return 'The task failed';
    }
  }

  private async perform({ uuid: schedule, server }: Run['schedule'], { action, payload }: Task): Promise<void> {
    const { uuid, nodeId, ownerId } = server;
    if (server.suspended || server.dmca) throw conflict('The server is suspended', 'servers.suspended');
    if (action === 'power') await this.power.perform(uuid, nodeId, payload as PowerAction);
    if (action === 'backup') {
      await this.backups.createScheduled({ serverUuid: uuid, nodeId, ownerId, ignoredFiles: payload });
    }
    if (action === 'command') {
      const daemon = await this.wings.forNode(nodeId);
      await within(ACTION_BUDGET_MS, daemon.sendCommands(uuid, [payload]));
    }
    const entry = { action: `server:schedule:${action}`, targetType: 'server', targetId: uuid } as const;
    await this.audit.record({ userId: null, ...entry, metadata: { schedule } });
  }

  private async goOn(id: bigint, { schedule }: Run, position: number, problem: string | null): Promise<void> {
    const next = schedule.tasks[position];
    if (next === undefined) return this.finish(id, problem === null ? 'completed' : 'failed', problem);
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.scheduleRun.updateMany({ where: { id, state: 'running' }, data: { problem } });
      if (count > 0) await this.runs.enqueue(tx, id, position, next.offsetSeconds);
    });
  }

  private async finish(id: bigint, state: 'completed' | 'failed' | 'skipped', problem: string | null): Promise<void> {
    const data = { state, problem: problem?.slice(0, 255) ?? null, finishedAt: new Date() };
    await this.prisma.scheduleRun.updateMany({ where: { id, state: 'running' }, data });
  }
}
