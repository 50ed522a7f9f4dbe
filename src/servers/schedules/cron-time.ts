import { CronExpressionParser } from 'cron-parser';

/** When something is due: the five fields of cron and the zone whose clock counts. */
export interface CronTime {
  readonly minute: string;
  readonly hour: string;
  readonly dayOfMonth: string;
  readonly month: string;
  readonly dayOfWeek: string;
  /** IANA name. */
  readonly timezone: string;
}

/** Of one field; without blanks (a sixth field would be seconds) and without the library's random `H`. */
export const CRON_FIELD = /^[0-9*,/\-A-GI-Za-z#?]{1,64}$/;

/**
 * The first time after a moment. An hour that the clock skips is done when it would have been; one that it shows twice is
 * done once, unless the hour is `*`.
 * @returns undefined for fields that mean no time at all.
 */
export function nextTime(time: CronTime, after: Date): Date | undefined {
  const { minute, hour, dayOfMonth, month, dayOfWeek, timezone: tz } = time;
  try {
    const expression = [minute, hour, dayOfMonth, month, dayOfWeek].join(' ');
    return CronExpressionParser.parse(expression, { tz, currentDate: after }).next().toDate();
  } catch {
    return undefined;
  }
}

/** Whether the runtime knows a zone of that name. */
export function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
