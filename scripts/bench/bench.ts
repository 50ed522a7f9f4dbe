// npm run bench: measures the production build under load, beside a bare Express and a bare Nest of the same run.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Child } from './child.ts';
import { atTheEnd, cleanUp, cleanUpOnSignals } from './cleanup.ts';
import { fill } from './data-set.ts';
import type { DataSet } from './data-set.ts';
import { measureFanOut } from './fan-out.ts';
import type { FanOutFigures } from './fan-out.ts';
import { measure } from './load.ts';
import type { Figures } from './load.ts';
import { freePort } from './net.ts';
import { readOptions } from './options.ts';
import { Panel, panelEnvironment } from './panel.ts';
import { Product } from './product.ts';
import { toText } from './report.ts';
import type { Findings, MeasuredRow } from './report.ts';
import { features, hotRows, session } from './rows.ts';
import type { Row } from './rows.ts';

const FAN_OUT_TITLE = 'console fan-out';

const options = readOptions(process.argv.slice(2));
const product = await Product.load(options.dist);
cleanUpOnSignals();

const say = (text: string): void => console.error(text);

function sayFigures(title: string, { requestsPerSecond, p99Ms, failures }: Figures): void {
  say(
    `  ${title}: ${requestsPerSecond.toFixed(0)} req/s, p99 ${p99Ms.toFixed(1)} ms${failures > 0 ? `, ${failures} FAILED` : ''}`,
  );
}

/** A program of this folder that answers `/hello`. */
async function measureBare(title: string, file: string): Promise<MeasuredRow> {
  const port = await freePort();
  const child = Child.start({
    file: join(import.meta.dirname, file),
    args: [String(port)],
    env: { NODE_ENV: 'production' },
  });
  const url = `http://127.0.0.1:${port}/hello`;
  await child.ready(url);
  const figures = await measure({ url }, options);
  const residentMegabytes = child.residentMegabytes();
  await child.stop();
  sayFigures(title, figures);
  return { title, target: {}, figures, residentMegabytes };
}

async function measureRow(panel: Panel, row: Row): Promise<MeasuredRow> {
  let before = 0;
  const figures = await measure(await row.load(panel), options, async () => {
    before = await panel.statements();
  });
  const sqlPerRequest = ((await panel.statements()) - before) / figures.answers;
  sayFigures(row.title, figures);
  return { title: row.title, target: row.target, figures, sqlPerRequest, residentMegabytes: panel.residentMegabytes() };
}

async function measureRows(env: Record<string, string>, rows: readonly Row[], extraRoutes = 0): Promise<MeasuredRow[]> {
  const wanted = rows.filter(({ title }) => options.rows.test(title));
  if (wanted.length === 0) return [];
  const panel = await Panel.start(product, env, options, extraRoutes);
  const measured: MeasuredRow[] = [];
  for (const row of wanted) measured.push(await measureRow(panel, row));
  await panel.stop();
  return measured;
}

async function measureConsole(
  env: Record<string, string>,
  data: DataSet,
  port: number,
): Promise<FanOutFigures | undefined> {
  if (!options.rows.test(FAN_OUT_TITLE)) return undefined;
  // A fresh process: memory that the rows before needed would hide what the viewers need.
  const panel = await Panel.start(product, env, options);
  const figures = await measureFanOut(panel, data, port);
  await panel.stop();
  return figures;
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

async function fillDatabase(env: Record<string, string>, daemonPort: number): Promise<DataSet> {
  const config = product.configFrom(env);
  const database = await product.openDatabase(config);
  try {
    const addresses = { daemon: `http://127.0.0.1:${daemonPort}`, others: await startStubDaemon() };
    return await fill(database, product, config, addresses);
  } finally {
    await database.close();
  }
}

async function run(): Promise<Findings> {
  say('Making the database …');
  const env = await panelEnvironment(options);
  const daemonPort = await freePort();
  const data = await fillDatabase(env, daemonPort);
  say('Measuring …');
  const express = await measureBare('bare Express', 'bare-express.ts');
  const nestBefore = await measureBare('bare Nest', 'bare-nest.ts');
  const hot = await measureRows(env, hotRows(data));
  const crowded: MeasuredRow[] = [];
  for (const count of options.extraRoutes) {
    const rows = [features, session].map((row) => ({ ...row, title: `${row.title} +${count} routes` }));
    crowded.push(...(await measureRows(env, rows, count)));
  }
  const fanOut = await measureConsole(env, data, daemonPort);
  const nestAfter = await measureBare('bare Nest, at the end', 'bare-nest.ts');
  return {
    database: options.database,
    seconds: options.seconds,
    connections: options.connections,
    bareNest: [nestBefore.figures, nestAfter.figures],
    rows: [express, nestBefore, nestAfter, ...hot, ...crowded],
    ...(fanOut && { fanOut }),
  };
}

try {
  const findings = await run();
  console.log(`\n${toText(findings)}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(findings, null, 2)}\n`);
} finally {
  await cleanUp();
}
