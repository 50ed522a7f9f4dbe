import { Bare } from './bare.ts';
import { measureFanOut } from './fan-out.ts';
import type { FanOutFigures } from './fan-out.ts';
import { warm } from './load.ts';
import { Meter } from './meter.ts';
import type { MeasuredRow, Subject } from './meter.ts';
import { features, hotRows, session } from './rows.ts';
import type { Row } from './rows.ts';
import type { Site, Stage } from './stage.ts';

/** The hot routes beside bare servers of the same run. */
export interface RouteFindings {
  /** Requests per second of bare Nest, sampled around every row. */
  readonly bareNest: readonly number[];
  readonly rows: readonly MeasuredRow[];
}

export async function measureRoutes(stage: Stage): Promise<RouteFindings> {
  const site = await stage.site();
  const nest = await Bare.start('bare-nest.ts');
  await warm(nest.load, stage.options);
  const meter = new Meter(nest, stage.options);
  const rows = [
    ...(await measureBare(meter, nest)),
    ...(await measureRows(meter, stage, site, hotRows(site.data))),
    ...(await measureCrowded(meter, stage, site)),
  ];
  await nest.child.stop();
  return { bareNest: meter.bareSamples, rows };
}

/** The figures, or why there are none. */
export async function measureConsole(stage: Stage): Promise<FanOutFigures | Error> {
  const { env, data, daemonPort } = await stage.site();
  // A fresh process: memory that the rows before needed would hide what the viewers need.
  const panel = await stage.startPanel(env);
  try {
    return await measureFanOut(panel, data, daemonPort);
  } catch (error) {
    // The rows that were measured before are worth printing all the same.
    return error as Error;
  } finally {
    await panel.child.stop();
  }
}

async function measured(meter: Meter, subject: Subject): Promise<MeasuredRow> {
  const row = await meter.measure(subject);
  const { requestsPerSecond, p99Ms, failures } = row.figures;
  const failed = failures > 0 ? `, ${failures} FAILED` : '';
  console.error(`  ${row.title}: ${requestsPerSecond.toFixed(0)} req/s, p99 ${p99Ms.toFixed(1)} ms${failed}`);
  return row;
}

async function measureBare(meter: Meter, nest: Bare): Promise<MeasuredRow[]> {
  const express = await Bare.start('bare-express.ts');
  const rows = [
    await measured(meter, { title: 'bare Express', target: {}, ...express }),
    await measured(meter, { title: 'bare Nest', target: {}, ...nest }),
  ];
  await express.child.stop();
  return rows;
}

async function measureRows(
  meter: Meter,
  stage: Stage,
  { env }: Site,
  rows: readonly Row[],
  extraRoutes = 0,
): Promise<MeasuredRow[]> {
  const wanted = rows.filter(({ title }) => stage.options.rows.test(title));
  if (wanted.length === 0) return [];
  const panel = await stage.startPanel(env, extraRoutes);
  const results: MeasuredRow[] = [];
  const { child } = panel;
  const statements = (): Promise<number> => panel.statements();
  for (const { load, ...row } of wanted) {
    results.push(await measured(meter, { ...row, child, load: await load(panel), statements }));
  }
  await child.stop();
  return results;
}

async function measureCrowded(meter: Meter, stage: Stage, site: Site): Promise<MeasuredRow[]> {
  const results: MeasuredRow[] = [];
  for (const count of stage.options.extraRoutes) {
    const rows = [features, session].map((row) => ({ ...row, title: `${row.title} +${count} routes` }));
    results.push(...(await measureRows(meter, stage, site, rows, count)));
  }
  return results;
}
