import { ValidateBy } from 'class-validator';

const MAXIMUM_AGE = 122;
const FORMAT = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Whole years between a birthday (`YYYY-MM-DD`) and a moment, in UTC. */
export function ageOn(dateOfBirth: string, moment: Date): number {
  const [year = 0, month = 0, day = 0] = dateOfBirth.split('-').map(Number);
  const hadBirthday =
    moment.getUTCMonth() + 1 > month || (moment.getUTCMonth() + 1 === month && moment.getUTCDate() >= day);
  return moment.getUTCFullYear() - year - (hadBirthday ? 0 : 1);
}

/** Whether the text is a day that exists (no 30 February) on which a living person can have been born. */
export function isDateOfBirth(value: unknown, now = new Date()): value is string {
  const match = typeof value === 'string' ? FORMAT.exec(value) : null;
  if (match === null) return false;
  const date = new Date(`${match[0]}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== match[0]) return false;
  const age = ageOn(match[0], now);
  return date.getTime() <= now.getTime() && age <= MAXIMUM_AGE;
}

export const IsDateOfBirth = (): PropertyDecorator =>
  ValidateBy({
    name: 'isDateOfBirth',
    validator: { validate: (value) => isDateOfBirth(value), defaultMessage: () => 'invalid_date_of_birth' },
  });
