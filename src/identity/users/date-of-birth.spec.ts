import { expect, it } from '@jest/globals';
import { ageOn, isDateOfBirth } from './date-of-birth.js';

const now = new Date('2026-03-01T12:00:00Z');

it('counts whole years, with the birthday itself', () => {
  expect(ageOn('2000-03-01', now)).toBe(26);
  expect(ageOn('2000-03-02', now)).toBe(25);
  expect(ageOn('2000-02-29', now)).toBe(26);
});

it('takes only days that exist, in the past of a living person', () => {
  expect(['2000-02-29', '1990-12-31', '2026-03-01'].map((day) => isDateOfBirth(day, now))).toEqual([true, true, true]);
  const wrong = ['2001-02-29', '2000-13-01', '2026-03-02', '1800-01-01', '1990-1-1', '', 'yesterday', 19901231, null];
  expect(wrong.filter((day) => isDateOfBirth(day, now))).toEqual([]);
});
