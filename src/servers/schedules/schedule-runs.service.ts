import { Injectable } from '@nestjs/common';
import { conflict } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { nextTime } from './cron-time.js';
import type { CronTime } from './cron-time.js';

/** Schedules that one look takes on. */
const AT_ONCE = 50;
/** After a longer pause of the panel nobody expects what was due before. */
const LATEST_MS = 3_600_000;
/** No run lasts longer: twenty tasks, each an hour after the one before. */
const LONGEST_MS = 24 * 3_600_000;

const MISSED = 'The panel was not running when this was due';
const BUSY = 'The run before was not finished';
const DIED = 'The run was never finished';

interface DueSchedule extends CronTime {
  readonly uuid: string;
  readonly nextRunAt: Date;
  /** Of the first task; null without tasks. */
  readonly offsetSeconds: number | null;
  readonly isRunning: boolean;
}

/** Begins runs of schedules. The ledger decides: of all replicas one begins the run of a due time. */
@Injectable()
export class ScheduleRuns {
  constructor(
    private readonly prisma: PrismaService,
    private readonly jobs: Jobs,
  ) {}

  /** Begins what is due. @returns how many schedules were. */
  async beginDue(now = new Date()): Promise<number> {
    return this.prisma.$transaction(async (tx) => {
      const due = await claimDue(tx, now);
      if (due.length === 0) return 0;
      await moveOn(tx, due, now);
      const runs = await tx.scheduleRun.createManyAndReturn({
        data: due.map((schedule) => toRun(schedule, now)),
        skipDuplicates: true,
        select: { id: true, scheduleUuid: true, state: true },
      });
      const offsets = new Map(due.map(({ uuid, offsetSeconds }) => [uuid, offsetSeconds]));
      const begun = runs.filter(({ state }) => state === 'running');
      for (const { id, scheduleUuid } of begun) await this.enqueue(tx, id, 0, offsets.get(scheduleUuid) ?? 0);
      return due.length;
    });
  }

  /** The caller holds a lock on the schedule. @throws PanelError 409 while it runs. */
  async startByHand(tx: Queryable, scheduleUuid: string, offsetSeconds = 0): Promise<void> {
    const running = { scheduleUuid, state: 'running', dueAt: { gt: new Date(Date.now() - LONGEST_MS) } } as const;
    if ((await tx.scheduleRun.findFirst({ where: running, select: { id: true } })) !== null) {
      throw conflict('The schedule is running', 'schedules.running');
    }
    const data = { scheduleUuid, dueAt: new Date(), manual: true };
    const { id } = await tx.scheduleRun.create({ data, select: { id: true } });
    await this.enqueue(tx, id, 0, offsetSeconds);
  }

  /** Lets the task at a position be done after its offset. */
  async enqueue(tx: Queryable, runId: bigint, position: number, offsetSeconds: number): Promise<void> {
    const later = offsetSeconds > 0 ? { startAfterSeconds: offsetSeconds } : {};
    await this.jobs.enqueue('schedule.task', { runId: String(runId), position }, { tx, ...later });
  }
}

/** Locked until the end of the transaction; another replica takes the others. */
function claimDue(tx: Queryable, now: Date): Promise<DueSchedule[]> {
  return tx.$queryRaw<DueSchedule[]>`
    SELECT s."uuid", s."nextRunAt", s."minute", s."hour", s."dayOfMonth", s."month", s."dayOfWeek", s."timezone",
      (SELECT t."offsetSeconds" FROM "ScheduleTask" t WHERE t."scheduleUuid" = s."uuid" AND t."position" = 0)
        AS "offsetSeconds",
      EXISTS (SELECT 1 FROM "ScheduleRun" r WHERE r."scheduleUuid" = s."uuid" AND r."state" = 'running'
        AND r."dueAt" > ${new Date(now.getTime() - LONGEST_MS)}) AS "isRunning"
    FROM "ServerSchedule" s WHERE s."nextRunAt" <= ${now}
    ORDER BY s."nextRunAt" LIMIT ${AT_ONCE} FOR UPDATE OF s SKIP LOCKED`;
}

/** The next times, counted from now: what was missed is not made up for one by one. */
async function moveOn(tx: Queryable, due: readonly DueSchedule[], now: Date): Promise<void> {
  const uuids = due.map(({ uuid }) => uuid);
  const times = due.map((schedule) => nextTime(schedule, now)?.toISOString() ?? null);
  await tx.$executeRaw`
    UPDATE "ServerSchedule" s SET "nextRunAt" = n."at", "lastRunAt" = ${now}
    FROM unnest(${uuids}::uuid[], ${times}::timestamptz[]) AS n("uuid", "at") WHERE s."uuid" = n."uuid"`;
  const dead = {
    scheduleUuid: { in: uuids },
    state: 'running',
    dueAt: { lte: new Date(now.getTime() - LONGEST_MS) },
  } as const;
  await tx.scheduleRun.updateMany({ where: dead, data: { state: 'failed', problem: DIED, finishedAt: now } });
}

function toRun({ uuid, nextRunAt, isRunning }: DueSchedule, now: Date): Prisma.ScheduleRunCreateManyInput {
  const begun = { scheduleUuid: uuid, dueAt: nextRunAt };
  const isMissed = now.getTime() - nextRunAt.getTime() > LATEST_MS;
  if (!isMissed && !isRunning) return begun;
  return { ...begun, state: 'skipped', problem: isMissed ? MISSED : BUSY, finishedAt: now };
}
