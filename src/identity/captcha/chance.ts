import { randomInt } from 'node:crypto';

const STEPS = 1_000_000;

/** A number from `minimum` (included) to `maximum`, which nobody can foretell. */
export const between = (minimum: number, maximum: number): number =>
  minimum + ((maximum - minimum) * randomInt(STEPS)) / STEPS;

/** A whole number from `minimum` to `maximum`, both included. */
export const wholeBetween = (minimum: number, maximum: number): number => randomInt(minimum, maximum + 1);
