// npm run bench: measures the production build under load, beside a bare Express and a bare Nest of the same run.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bare } from './bare.ts';
import { atTheEnd, cleanUp, cleanUpOnSignals } from './cleanup.ts';
import { fill } from './data-set.ts';
import type { DataSet } from './data-set.ts';
import { measureFanOut } from './fan-out.ts';
import type { FanOutFigures } from './fan-out.ts';
import { warm } from './load.ts';
import { Meter } from './meter.ts';
import type { MeasuredRow, Subject } from './meter.ts';
import { freePort } from './net.ts';
import { readOptions } from './options.ts';
import { Panel, panelEnvironment } from './panel.ts';
import type { Environment } from './panel.ts';
import { loadProduct } from './product.ts';
import { toText } from './report.ts';
import type { Findings } from './report.ts';
import { features, hotRows, session } from './rows.ts';
import type { Row } from './rows.ts';

const FAN_OUT_TITLE = 'console fan-out';

const options = readOptions(process.argv.slice(2));
const product = await loadProduct(options.dist);
cleanUpOnSignals();

const say = (text: string): void => console.error(text);

async function measured(meter: Meter, subject: Subject): Promise<MeasuredRow> {
  const row = await meter.measure(subject);
  const { requestsPerSecond, p99Ms, failures } = row.figures;
  const failed = failures > 0 ? `, ${failures} FAILED` : '';
  say(`  ${row.title}: ${requestsPerSecond.toFixed(0)} req/s, p99 ${p99Ms.toFixed(1)} ms${failed}`);
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
  env: Environment,
  rows: readonly Row[],
  extraRoutes = 0,
): Promise<MeasuredRow[]> {
  const wanted = rows.filter(({ title }) => options.rows.test(title));
  if (wanted.length === 0) return [];
  const panel = await Panel.start(product, env, options, extraRoutes);
  const results: MeasuredRow[] = [];
  const { child } = panel;
  const statements = (): Promise<number> => panel.statements();
  for (const { load, ...row } of wanted) {
    results.push(await measured(meter, { ...row, child, load: await load(panel), statements }));
  }
  await child.stop();
  return results;
}

async function measureConsole(
  env: Environment,
  data: DataSet,
  port: number,
): Promise<FanOutFigures | Error | undefined> {
  if (!options.rows.test(FAN_OUT_TITLE)) return undefined;
  // A fresh process: memory that the rows before needed would hide what the viewers need.
  const panel = await Panel.start(product, env, options);
  try {
    return await measureFanOut(panel, data, port);
  } catch (error) {
    // The rows that were measured before are worth printing all the same.
    return error as Error;
  } finally {
    await panel.child.stop();
  }
}

/** Answers for the nodes without a simulated daemon, so that the panel's own polls cost next to nothing. */
function startStubDaemon(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end('[]');
  });
  atTheEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

async function fillDatabase(env: Environment, daemonPort: number): Promise<DataSet> {
  const config = product.configFrom(env);
  const database = await product.openDatabase(config);
  try {
    const addresses = { daemon: `http://127.0.0.1:${daemonPort}`, others: await startStubDaemon() };
    return await fill(database, product, config, addresses);
  } finally {
    await database.close();
  }
}

async function measureCrowded(meter: Meter, env: Environment): Promise<MeasuredRow[]> {
  const results: MeasuredRow[] = [];
  for (const count of options.extraRoutes) {
    const rows = [features, session].map((row) => ({ ...row, title: `${row.title} +${count} routes` }));
    results.push(...(await measureRows(meter, env, rows, count)));
  }
  return results;
}

async function run(): Promise<Findings> {
  const { database, seconds, connections } = options;
  say('Making the database …');
  const env = await panelEnvironment(options);
  const daemonPort = await freePort();
  const data = await fillDatabase(env, daemonPort);
  say('Measuring …');
  const nest = await Bare.start('bare-nest.ts');
  await warm(nest.load, options);
  const meter = new Meter(nest, options);
  const rows = [
    ...(await measureBare(meter, nest)),
    ...(await measureRows(meter, env, hotRows(data))),
    ...(await measureCrowded(meter, env)),
  ];
  const fanOut = await measureConsole(env, data, daemonPort);
  return { database, seconds, connections, bareNest: meter.bareSamples, rows, ...(fanOut && { fanOut }) };
}

try {
  const findings = await run();
  console.log(`\n${toText(findings)}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(findings, null, 2)}\n`);
} finally {
  await cleanUp();
}
