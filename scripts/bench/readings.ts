import type { Stage } from './stage.ts';

/** The parts of the benchmark that can be run alone: `--only`. */
export const PARTS = ['routes', 'console', 'logins', 'revocation', 'fleet', 'boot', 'start'] as const;
export type Part = (typeof PARTS)[number];

/** One figure of something that takes its time, and what is promised of it. */
export interface Reading {
  readonly title: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Something that is set up, done and looked at once, unlike a route that is called over and over. */
export interface Timeline {
  readonly part: Part;
  readonly title: string;
  /** @throws Missing when this machine lacks something for it. */
  measure(stage: Stage): Promise<Reading[]>;
}

/** What came of a timeline: figures, or why there are none. */
export interface TimelineResult {
  readonly title: string;
  readonly readings: readonly Reading[];
  readonly leftOut?: string;
  readonly problem?: string;
}

/** Something that the bench needs is not there; says what would help. */
export class Missing extends Error {}

/** Figures, or why there are none: the other timelines are worth their time all the same. */
export async function resultOf({ title, measure }: Timeline, stage: Stage): Promise<TimelineResult> {
  try {
    return { title, readings: await measure(stage) };
  } catch (error) {
    const { message } = error as Error;
    return { title, readings: [], ...(error instanceof Missing ? { leftOut: message } : { problem: message }) };
  }
}

/** `43 ms`, `1,250 /s`, `2.5`. */
export function textOf(value: number, unit: string): string {
  if (!Number.isFinite(value)) return 'never';
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1;
  const number = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === '' ? number : `${number} ${unit}`;
}

/** `≤ 1,000 ms`; empty where nothing is promised. */
export function targetText({ atMost, atLeast, unit }: Reading): string {
  if (atMost !== undefined) return `≤ ${textOf(atMost, unit)}`;
  return atLeast === undefined ? '' : `≥ ${textOf(atLeast, unit)}`;
}

export const isMissed = ({ value, atMost = Infinity, atLeast = -Infinity }: Reading): boolean =>
  !(value <= atMost && value >= atLeast);
