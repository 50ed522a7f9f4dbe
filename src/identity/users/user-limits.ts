import { ValidateBy } from 'class-validator';

/** What a quota may name (contract auth-users, "limits keys"). */
const LIMIT_KEYS = new Set([
  'memory',
  'disk',
  'cpu',
  'serverLimit',
  'databases',
  'backups',
  'portCount',
  'portsPerServer',
  'tunnelPortCount',
  'emailSendDailyLimit',
  'emailSendQueueLimit',
]);
const MAXIMUM = 1_000_000_000;

/** Whole numbers from 0; `null` is unlimited. */
export type UserLimits = Record<string, number | null>;

function isUserLimits(value: unknown): value is UserLimits {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([key, limit]) =>
      LIMIT_KEYS.has(key) && (limit === null || (Number.isInteger(limit) && limit >= 0 && limit <= MAXIMUM)),
  );
}

export const IsUserLimits = (): PropertyDecorator =>
  ValidateBy({
    name: 'isUserLimits',
    validator: {
      validate: isUserLimits,
      defaultMessage: () => `limits must name whole numbers from 0, or null, for: ${[...LIMIT_KEYS].join(', ')}`,
    },
  });
