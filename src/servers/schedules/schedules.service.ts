import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { nextTime } from './cron-time.js';
import type { CronTime } from './cron-time.js';
import type { ScheduleDto, ScheduleEntry, ScheduleRunEntry, ScheduleTaskDto } from './dto/schedule.dto.js';
import { ALWAYS, assertMayDo, assertTasks, timeOf } from './schedule-rules.js';
import { scheduleNotFound } from './schedule-uuid.pipe.js';
import { ScheduleRuns } from './schedule-runs.service.js';
import { runColumns, scheduleColumns, toRun, toSchedule } from './schedule.mapper.js';
import type { ScheduleRow } from './schedule.mapper.js';

const PER_SERVER = 25;

/** Somebody who changes the schedules of a server. */
export interface ScheduleEditor {
  readonly caller: UserPrincipal;
  readonly scope: ServerScope;
  readonly ipAddress: string;
}

/** What servers do by themselves. The panel runs it, for both families of daemons. */
@Injectable()
export class Schedules {
  constructor(
    private readonly prisma: PrismaService,
    private readonly runs: ScheduleRuns,
    private readonly audit: AuditLog,
  ) {}

  async list({ uuid: serverUuid }: ServerScope): Promise<ScheduleEntry[]> {
    const rows = await this.prisma.serverSchedule.findMany({
      where: { serverUuid },
      select: scheduleColumns,
      orderBy: [{ createdAt: 'asc' }, { uuid: 'asc' }],
    });
    return rows.map(toSchedule);
  }

  /** @throws PanelError 404. */
  async one(scope: ServerScope, uuid: string): Promise<ScheduleEntry> {
    return toSchedule(await find(this.prisma, scope, uuid));
  }

  /** Newest first. @throws PanelError 404. */
  async history(scope: ServerScope, uuid: string, limit: number): Promise<ScheduleRunEntry[]> {
    await find(this.prisma, scope, uuid);
    const rows = await this.prisma.scheduleRun.findMany({
      where: { scheduleUuid: uuid, schedule: { serverUuid: scope.uuid } },
      select: runColumns,
      orderBy: { dueAt: 'desc' },
      take: limit,
    });
    return rows.map(toRun);
  }

  /** @throws PanelError 400 for times, tasks or too many; 403 for what the caller may not do himself. */
  async create(editor: ScheduleEditor, dto: ScheduleDto): Promise<ScheduleEntry> {
    const { caller, scope } = editor;
    const { name = '', tasks = [], is_active: active = true, only_when_online: onlyWhenOnline = false } = dto;
    assertTasks(tasks);
    assertMayDo(caller, scope, tasks);
    const time = timeOf(dto, ALWAYS);
    const row = await this.prisma.$transaction(async (tx) => {
      await assertRoom(tx, scope.uuid);
      const created = await tx.serverSchedule.create({
        data: {
          ...{ ...time, name, active, onlyWhenOnline, serverUuid: scope.uuid },
          nextRunAt: dueAfterNow(time, active),
          tasks: { create: toRows(tasks) },
        },
        select: scheduleColumns,
      });
      await this.record(tx, editor, 'server:schedule:create', created);
      return created;
    });
    return toSchedule(row);
  }

  /** @throws PanelError 400, 403, 404. Runs under way go on as they began. */
  async update(editor: ScheduleEditor, uuid: string, dto: ScheduleDto): Promise<ScheduleEntry> {
    const { caller, scope } = editor;
    const row = await this.prisma.$transaction(async (tx) => {
      await lockServer(tx, scope.uuid);
      const before = await find(tx, scope, uuid);
      if (dto.tasks !== undefined) assertTasks(dto.tasks);
      // Also the tasks that stay: switching on or moving a schedule has them done.
      assertMayDo(caller, scope, [...before.tasks, ...(dto.tasks ?? [])]);
      const data = changesOf(dto, before);
      const after = await tx.serverSchedule.update({ where: { uuid }, data, select: scheduleColumns });
      await this.record(tx, editor, 'server:schedule:update', after);
      return after;
    });
    return toSchedule(row);
  }

  /** @throws PanelError 404. */
  async remove(editor: ScheduleEditor, uuid: string): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const where = { uuid, serverUuid: editor.scope.uuid };
      const row = await find(tx, editor.scope, uuid);
      if ((await tx.serverSchedule.deleteMany({ where })).count === 0) throw scheduleNotFound();
      await this.record(tx, editor, 'server:schedule:delete', row);
    });
  }

  /** Starts it now, whether or not it is switched on. @throws PanelError 403, 404; 409 while it runs. */
  async start(editor: ScheduleEditor, uuid: string): Promise<void> {
    const { caller, scope } = editor;
    await this.prisma.$transaction(async (tx) => {
      await lockServer(tx, scope.uuid);
      const row = await find(tx, scope, uuid);
      assertMayDo(caller, scope, row.tasks);
      await this.runs.startByHand(tx, uuid, row.tasks[0]?.offsetSeconds);
      await this.record(tx, editor, 'server:schedule:run', row);
    });
  }

  private record(
    tx: Queryable,
    { scope, ipAddress }: ScheduleEditor,
    action: string,
    { uuid, name }: { uuid: string; name: string },
  ): Promise<void> {
    const target = { targetType: 'server', targetId: scope.uuid } as const;
    return this.audit.record(
      { userId: scope.userId, action, ...target, ipAddress, metadata: { schedule: uuid, name } },
      tx,
    );
  }
}

async function find(db: Queryable, { uuid: serverUuid }: ServerScope, uuid: string): Promise<ScheduleRow> {
  const row = await db.serverSchedule.findFirst({ where: { uuid, serverUuid }, select: scheduleColumns });
  if (row === null) throw scheduleNotFound();
  return row;
}

/** Whoever else changes schedules of the server waits. */
async function lockServer(tx: Queryable, uuid: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
}

async function assertRoom(tx: Queryable, serverUuid: string): Promise<void> {
  await lockServer(tx, serverUuid);
  if ((await tx.serverSchedule.count({ where: { serverUuid } })) < PER_SERVER) return;
  throw badRequest(`A server may have at most ${PER_SERVER} schedules`, 'schedules.too_many');
}

function changesOf(dto: ScheduleDto, before: ScheduleRow): Prisma.ServerScheduleUpdateInput {
  const time = timeOf(dto, before);
  const active = dto.is_active ?? before.active;
  return {
    ...time,
    active,
    nextRunAt: dueAfterNow(time, active),
    ...(dto.name !== undefined && { name: dto.name }),
    ...(dto.only_when_online !== undefined && { onlyWhenOnline: dto.only_when_online }),
    ...(dto.tasks !== undefined && { tasks: { deleteMany: {}, create: toRows(dto.tasks) } }),
  };
}

const dueAfterNow = (time: CronTime, active: boolean): Date | null =>
  active ? (nextTime(time, new Date()) ?? null) : null;

const toRows = (tasks: readonly ScheduleTaskDto[]): Prisma.ScheduleTaskCreateWithoutScheduleInput[] =>
  tasks.map(
    (
      { action, payload = '', time_offset: offsetSeconds = 0, continue_on_failure: continueOnFailure = false },
      position,
    ) => ({
      position,
      action,
      payload,
      offsetSeconds,
      continueOnFailure,
    }),
  );
