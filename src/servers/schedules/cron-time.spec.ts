import { describe, expect, it } from '@jest/globals';
import { CRON_FIELD, isTimezone, nextTime } from './cron-time.js';
import type { CronTime } from './cron-time.js';

const time = (fields: string, timezone = 'UTC'): CronTime => {
  const [minute = '*', hour = '*', dayOfMonth = '*', month = '*', dayOfWeek = '*'] = fields.split(' ');
  return { minute, hour, dayOfMonth, month, dayOfWeek, timezone };
};

/** As the panel asks: each time from the one before. */
function times(when: CronTime, from: string, amount: number): string[] {
  const found: string[] = [];
  let at: Date | undefined = new Date(from);
  while (found.length < amount) {
    at = nextTime(when, at as Date);
    found.push(at?.toISOString().replace(':00.000Z', 'Z') ?? 'never');
  }
  return found;
}

describe('due times', () => {
  it('follow the clock of their zone', () => {
    expect(times(time('0 9 * * MON', 'Asia/Tokyo'), '2026-06-01T12:00:00Z', 2)).toEqual([
      '2026-06-08T00:00Z',
      '2026-06-15T00:00Z',
    ]);
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'America/Santiago'])(
    'come once on every day of a year in %s',
    (timezone) => {
      for (const hour of [0, 1, 2, 3, 23]) {
        const found = times(time(`30 ${hour} * * *`, timezone), '2026-01-01T12:00:00Z', 365);
        const days = found.map((at) => new Date(at).toLocaleDateString('en-CA', { timeZone: timezone }));
        expect(new Set(days).size).toBe(365);
      }
    },
  );

  it('in an hour that is skipped come when they would have been', () => {
    expect(times(time('30 2 * * *', 'Europe/Berlin'), '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:30Z',
      '2026-03-30T00:30Z',
    ]);
  });

  it('of every half hour come in both hours of the same name', () => {
    expect(times(time('*/30 * * * *', 'Europe/Berlin'), '2026-10-24T23:45:00Z', 4)).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
    ]);
  });

  it('on a leap day come every four years', () => {
    expect(times(time('0 0 29 2 *'), '2026-01-01T00:00:00Z', 2)).toEqual(['2028-02-29T00:00Z', '2032-02-29T00:00Z']);
  });

  it.each(['60 * * * *', '* 24 * * *', '0 0 30 2 *', '* * * 13 *', '* * * * 8', 'a * * * *', '*/0 * * * *'])(
    'are none for %s',
    (fields) => expect(nextTime(time(fields), new Date())).toBeUndefined(),
  );

  it('are none in a zone that does not exist', () => {
    expect(isTimezone('Mars/Olympus')).toBe(false);
    expect(nextTime(time('* * * * *', 'Mars/Olympus'), new Date())).toBeUndefined();
  });
});

it.each(['0 1', '', 'H', '* ', '@daily', '1;2', '*'.repeat(65)])('%j is no field', (field) => {
  expect(CRON_FIELD.test(field)).toBe(false);
});
