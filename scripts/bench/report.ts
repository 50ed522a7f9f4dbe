import { LINES_PER_SECOND, VIEWER_COUNT } from './fan-out.ts';
import type { FanOutFigures } from './fan-out.ts';
import type { MeasuredRow } from './meter.ts';
import type { TimelineResult } from './readings.ts';
import { timelineLines, timelineMisses } from './report-timelines.ts';
import type { RouteFindings } from './routes.ts';
import { table } from './text-table.ts';

const P99_LIMIT_MS = 100;
const RESIDENT_LIMIT_MB = 300;

/** Everything one run found out; what it was not asked for is absent. */
export interface Findings extends Partial<RouteFindings> {
  readonly database: string;
  readonly seconds: number;
  readonly connections: number;
  /** The figures, or why there are none. */
  readonly fanOut?: FanOutFigures | Error;
  readonly timelines: readonly TimelineResult[];
}

const HEAD = ['', 'req/s', 'of Nest', 'target', '', 'p50 ms', 'p99 ms', 'SQL/req', 'CPU µs', 'RSS MB', 'failed'];

/** The tables that `npm run bench` prints, and a line for each target that was missed. */
export function toText(findings: Findings): string {
  const { database, rows = [], fanOut, timelines } = findings;
  const misses = [...rows.flatMap(missesOf), ...(fanOut ? fanOutMisses(fanOut) : []), ...timelineMisses(timelines)];
  return [
    `The panel on ${database}, where nothing else is said`,
    ...(rows.length > 0 ? ['', ...routeLines(findings)] : []),
    ...(fanOut ? ['', ...fanOutLines(fanOut)] : []),
    ...(timelines.length > 0 ? ['', ...timelineLines(timelines)] : []),
    '',
    ...(misses.length === 0 ? ['Every target was reached.'] : ['Missed:', ...misses.map((miss) => `  ${miss}`)]),
  ].join('\n');
}

function routeLines({ seconds, connections, bareNest = [], rows = [] }: Findings): string[] {
  const [least, most] = [Math.min(...bareNest), Math.max(...bareNest)].map((value) => value.toFixed(0));
  return [
    `Routes: ${connections} connections, ${seconds} s a row; bare Nest between ${least} and ${most} requests/s`,
    '',
    ...table([HEAD, ...rows.map(toCells)]),
  ];
}

function toCells(row: MeasuredRow): string[] {
  const { title, target, figures, ratio, sqlPerRequest, processorMicroseconds, residentMegabytes } = row;
  return [
    title,
    figures.requestsPerSecond.toFixed(0),
    asPart(ratio),
    target.ratio === undefined ? '' : asPart(target.ratio),
    verdict(row),
    figures.p50Ms.toFixed(1),
    figures.p99Ms.toFixed(1),
    sqlPerRequest?.toFixed(0) ?? '',
    processorMicroseconds?.toFixed(0) ?? '',
    residentMegabytes?.toFixed(0) ?? '',
    String(figures.failures),
  ];
}

function verdict({ target, figures, ratio }: MeasuredRow): string {
  if (figures.failures > 0 || figures.answers === 0) return 'FAILED';
  if (target.ratio === undefined) return '';
  return ratio >= target.ratio ? 'hit' : 'miss';
}

/** 0.25 as `1/4.0`: the form of the targets. */
function asPart(ratio: number): string {
  return ratio >= 1 ? ratio.toFixed(2) : `1/${(1 / ratio).toFixed(1)}`;
}

function missesOf({ title, target, figures, ratio, sqlPerRequest }: MeasuredRow): string[] {
  const misses: string[] = [];
  if (figures.failures > 0) misses.push(`${title}: ${figures.failures} requests failed`);
  if (target.ratio !== undefined && ratio < target.ratio) {
    misses.push(`${title}: ${asPart(ratio)} of bare Nest, wanted ${asPart(target.ratio)}`);
  }
  if (target.sql !== undefined && sqlPerRequest !== undefined && sqlPerRequest > target.sql) {
    misses.push(`${title}: ${sqlPerRequest} SQL statements a request, wanted ${target.sql}`);
  }
  const isPanel = sqlPerRequest !== undefined;
  if (isPanel && figures.p99Ms > P99_LIMIT_MS)
    misses.push(`${title}: p99 ${figures.p99Ms.toFixed(0)} ms, wanted ${P99_LIMIT_MS} ms`);
  return misses;
}

function fanOutLines(figures: FanOutFigures | Error): string[] {
  if (figures instanceof Error) return [`Console: ${figures.message}`];
  const { lines, seconds, lagP50Ms, lagP99Ms, lost } = figures;
  const { residentMegabytes, kilobytesPerViewer, processorMicroseconds } = figures;
  const memory =
    residentMegabytes === undefined || kilobytesPerViewer === undefined
      ? []
      : [`${kilobytesPerViewer.toFixed(0)} kB a viewer`, `${residentMegabytes.toFixed(0)} MB resident`];
  return [
    `Console: 1 upstream, ${VIEWER_COUNT} viewers, ${LINES_PER_SECOND} lines/s`,
    `  ${[
      `${(lines / seconds).toFixed(0)} lines/s delivered`,
      `lag p50 ${lagP50Ms} ms, p99 ${lagP99Ms} ms`,
      ...memory,
      ...(processorMicroseconds === undefined ? [] : [`${processorMicroseconds.toFixed(1)} µs of processor a line`]),
      `${lost} viewers lost`,
    ].join(', ')}`,
  ];
}

function fanOutMisses(figures: FanOutFigures | Error): string[] {
  if (figures instanceof Error) return ['console: failed'];
  const { lines, seconds, lagP99Ms, lost, residentMegabytes } = figures;
  const misses: string[] = [];
  const delivered = lines / seconds / (VIEWER_COUNT * LINES_PER_SECOND);
  if (delivered < 0.98 || lost > 0)
    misses.push(`console: ${(delivered * 100).toFixed(0)} % of the lines, ${lost} viewers lost`);
  if (lagP99Ms > P99_LIMIT_MS) misses.push(`console: lag p99 ${lagP99Ms} ms, wanted ${P99_LIMIT_MS} ms`);
  if (residentMegabytes !== undefined && residentMegabytes > RESIDENT_LIMIT_MB) {
    misses.push(`console: ${residentMegabytes.toFixed(0)} MB resident, wanted ${RESIDENT_LIMIT_MB} MB`);
  }
  return misses;
}
