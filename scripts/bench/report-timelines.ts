import { isMissed, targetText, textOf } from './readings.ts';
import type { Reading, TimelineResult } from './readings.ts';
import { table } from './text-table.ts';

const HEAD = ['', 'measured', 'target', ''];

/** One table of all timelines, each under its title. */
export function timelineLines(results: readonly TimelineResult[]): string[] {
  const [head = '', ...lines] = table([HEAD, ...results.flatMap(({ readings }) => readings.map(toCells))]);
  return [
    head.trimEnd(),
    ...results.flatMap(({ title, readings, leftOut, problem }) => [
      title,
      ...(leftOut === undefined ? [] : [`  left out: ${leftOut}`]),
      ...(problem === undefined ? [] : [`  FAILED: ${problem}`]),
      ...lines.splice(0, readings.length).map((line) => line.trimEnd()),
    ]),
  ];
}

function toCells(reading: Reading): string[] {
  const target = targetText(reading);
  const verdict = target === '' ? '' : isMissed(reading) ? 'miss' : 'hit';
  return [`  ${reading.title}`, textOf(reading.value, reading.unit), target, verdict];
}

/** A line for each target that was missed, and for each timeline that failed. */
export function timelineMisses(results: readonly TimelineResult[]): string[] {
  return results.flatMap(({ title, readings, problem }) => [
    ...(problem === undefined ? [] : [`${title}: ${problem}`]),
    ...readings
      .filter(isMissed)
      .map((reading) => `${reading.title}: ${textOf(reading.value, reading.unit)}, wanted ${targetText(reading)}`),
  ]);
}
