import type { Prisma } from '../../generated/prisma/client.js';
import type { ScheduleEntry, ScheduleRunEntry } from './dto/schedule.dto.js';

export const scheduleColumns = {
  uuid: true,
  name: true,
  minute: true,
  hour: true,
  dayOfMonth: true,
  month: true,
  dayOfWeek: true,
  timezone: true,
  active: true,
  onlyWhenOnline: true,
  lastRunAt: true,
  nextRunAt: true,
  createdAt: true,
  tasks: {
    select: { action: true, payload: true, offsetSeconds: true, continueOnFailure: true },
    orderBy: { position: 'asc' },
  },
} as const satisfies Prisma.ServerScheduleSelect;

export type ScheduleRow = Prisma.ServerScheduleGetPayload<{ select: typeof scheduleColumns }>;

export function toSchedule(row: ScheduleRow): ScheduleEntry {
  return {
    id: row.uuid,
    name: row.name,
    cron_minute: row.minute,
    cron_hour: row.hour,
    cron_day_of_month: row.dayOfMonth,
    cron_month: row.month,
    cron_day_of_week: row.dayOfWeek,
    timezone: row.timezone,
    is_active: row.active,
    only_when_online: row.onlyWhenOnline,
    last_run_at: row.lastRunAt,
    next_run_at: row.nextRunAt,
    created_at: row.createdAt,
    tasks: row.tasks.map(({ action, payload, offsetSeconds, continueOnFailure }) => ({
      action,
      payload,
      time_offset: offsetSeconds,
      continue_on_failure: continueOnFailure,
    })),
  };
}

export const runColumns = {
  dueAt: true,
  manual: true,
  state: true,
  problem: true,
  finishedAt: true,
} as const satisfies Prisma.ScheduleRunSelect;

export type RunRow = Prisma.ScheduleRunGetPayload<{ select: typeof runColumns }>;

export const toRun = ({ dueAt, manual, state, problem, finishedAt }: RunRow): ScheduleRunEntry => ({
  due_at: dueAt,
  manual,
  status: state,
  problem,
  finished_at: finishedAt,
});
