// npm run bench: measures the production build: its routes under load beside a bare Express and a bare Nest of the same
// run, and how long what takes its time takes.
import { writeFileSync } from 'node:fs';
import { boot } from './boot.ts';
import { cleanUp, cleanUpOnSignals } from './cleanup.ts';
import { fleet } from './fleet.ts';
import { logins } from './logins.ts';
import { readOptions } from './options.ts';
import { loadProduct } from './product.ts';
import { isMissed, resultOf, targetText, textOf } from './readings.ts';
import type { Timeline, TimelineResult } from './readings.ts';
import { toText } from './report.ts';
import type { Findings } from './report.ts';
import { revocations } from './revocation.ts';
import { measureConsole, measureRoutes } from './routes.ts';
import { Stage } from './stage.ts';
import { starts } from './start.ts';

const TIMELINES: readonly Timeline[] = [logins, ...revocations, fleet, boot, ...starts];

const options = readOptions(process.argv.slice(2));
const say = (text: string): void => console.error(text);

async function measureTimeline(timeline: Timeline, stage: Stage): Promise<TimelineResult> {
  say(`${timeline.title} …`);
  const result = await resultOf(timeline, stage);
  for (const reading of result.readings) {
    const missed = isMissed(reading) ? `, wanted ${targetText(reading)}` : '';
    say(`  ${reading.title}: ${textOf(reading.value, reading.unit)}${missed}`);
  }
  return result;
}

async function run(): Promise<Findings> {
  const { parts, database, seconds, connections } = options;
  const stage = new Stage(options, await loadProduct(options.dist));
  say('Measuring …');
  const routes = parts.has('routes') ? await measureRoutes(stage) : undefined;
  const fanOut = parts.has('console') ? await measureConsole(stage) : undefined;
  const timelines: TimelineResult[] = [];
  for (const timeline of TIMELINES) {
    if (parts.has(timeline.part)) timelines.push(await measureTimeline(timeline, stage));
  }
  return { database, seconds, connections, ...routes, ...(fanOut && { fanOut }), timelines };
}

cleanUpOnSignals();
try {
  const findings = await run();
  console.log(`\n${toText(findings)}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(findings, null, 2)}\n`);
} finally {
  await cleanUp();
}
