import { isDeepStrictEqual } from 'node:util';
import type { UserLimits } from '../users/user-limits.js';

/** What a student may have (contract auth-users 7, the values without an educational plan). */
export const EDUCATION_LIMITS = {
  memory: 4096,
  disk: 51_200,
  cpu: 600,
  serverLimit: 3,
  portCount: 3,
  portsPerServer: 3,
  tunnelPortCount: 10,
  emailSendDailyLimit: 10,
  emailSendQueueLimit: 10,
} as const;

/** Key by key the larger one of two quotas; `null` is unlimited, so it wins. A key that only one names is kept. */
export function larger(left: UserLimits, right: UserLimits): UserLimits {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return Object.fromEntries(keys.map((key) => [key, largerOf(left[key], right[key])]));
}

/**
 * The quota of an account that becomes a student's: never less than it has. What its quota does not name is unlimited
 * and stays so; without a quota everything is.
 */
export function studentQuota(current: UserLimits | null, education: UserLimits): UserLimits | null {
  if (current === null) return null;
  const raised = Object.keys(current).map((key) => [key, largerOf(current[key], education[key])] as const);
  return Object.fromEntries(raised);
}

/**
 * The quota of an account that is no student's any more: the one before, unless staff has set another one meanwhile.
 * @param before null when there was none, or it is not known.
 */
export function quotaAfterStudent(
  current: UserLimits | null,
  before: UserLimits | null,
  education: UserLimits,
): UserLimits | null {
  if (before === null) return current;
  return isDeepStrictEqual(current, studentQuota(before, education)) ? before : current;
}

function largerOf(left: number | null | undefined, right: number | null | undefined): number | null {
  if (left === null || right === null) return null;
  return Math.max(left ?? 0, right ?? 0);
}
