import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** Milliseconds after which the wait fails. */
  readonly within?: number;
  /** Milliseconds between two looks. */
  readonly every?: number;
}

/**
 * Waits until the look answers something truthy, and returns it. An error of a look counts as "not yet"; the last one is
 * told when the time is over.
 * @param what names the condition in the failure, as "the node is healthy"
 */
export async function until<Value>(
  what: string,
  look: () => Promise<Value> | Value,
  { within = 10_000, every = 20 }: UntilOptions = {},
): Promise<NonNullable<Value>> {
  const end = Date.now() + within;
  let problem: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value) return value;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (Date.now() >= end) break;
    await pause(every);
  }
  throw new Error(`Waited ${within} ms in vain until ${what}`, { cause: problem });
}
