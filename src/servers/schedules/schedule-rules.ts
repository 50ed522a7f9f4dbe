import { badRequest, forbidden } from '../../common/errors/panel-error.js';
import type { UserPrincipal } from '../../common/access/principal.js';
import { POWER_ACTIONS } from '../operations/dto/operations.dto.js';
import type { ServerNeed } from '../access/server-needs.js';
import type { ServerScope } from '../access/server-scope.js';
import { isTimezone, nextTime } from './cron-time.js';
import type { CronTime } from './cron-time.js';
import type { ScheduleActionName, ScheduleDto, ScheduleTaskDto } from './dto/schedule.dto.js';

/** What each action needs when it is done by hand. */
const NEEDS: Readonly<Record<ScheduleActionName, { need: ServerNeed; key: string }>> = {
  command: { need: 'console', key: 'commands:execute' },
  power: { need: 'power', key: 'servers:power' },
  backup: { need: 'backups', key: 'backups:create' },
};

/**
 * Nobody has a schedule do what he may not do himself.
 * @throws PanelError 403.
 */
export function assertMayDo(
  caller: UserPrincipal,
  scope: ServerScope,
  tasks: readonly { action: ScheduleActionName }[],
): void {
  for (const action of new Set(tasks.map((task) => task.action))) {
    const { need, key } = NEEDS[action];
    if (!caller.proofCovers(key)) {
      throw forbidden('Insufficient permissions (api key)', 'auth.insufficient_permissions');
    }
    scope.require(need);
  }
}

/** @throws PanelError 400 for a task that can never be done. */
export function assertTasks(tasks: readonly ScheduleTaskDto[]): void {
  for (const { action, payload = '' } of tasks) {
    if (action === 'command' && !/^[^\r\n\0]+$/.test(payload)) {
      throw badRequest('The payload of a command must be one line', 'schedules.invalid_payload');
    }
    if (action === 'power' && !POWER_ACTIONS.some((known) => known === payload)) {
      throw badRequest('The payload of a power task must be start, stop, restart or kill', 'schedules.invalid_payload');
    }
  }
}

/** The time of a schedule after a change. @throws PanelError 400 when it would never be due. */
export function timeOf(dto: ScheduleDto, before: CronTime): CronTime {
  const time = {
    minute: dto.cron_minute ?? before.minute,
    hour: dto.cron_hour ?? before.hour,
    dayOfMonth: dto.cron_day_of_month ?? before.dayOfMonth,
    month: dto.cron_month ?? before.month,
    dayOfWeek: dto.cron_day_of_week ?? before.dayOfWeek,
    timezone: dto.timezone ?? before.timezone,
  };
  if (!isTimezone(time.timezone)) throw badRequest('timezone must be the name of a time zone', 'schedules.timezone');
  if (nextTime(time, new Date()) === undefined) {
    throw badRequest('The cron expression is invalid or never due', 'schedules.invalid_cron');
  }
  return time;
}

export const ALWAYS: CronTime = {
  minute: '*',
  hour: '*',
  dayOfMonth: '*',
  month: '*',
  dayOfWeek: '*',
  timezone: 'UTC',
};
