import { join } from 'node:path';
import { Child } from './child.ts';
import { OWNER_OF_25 } from './data-set.ts';
import type { FleetReport, FleetWish } from './fleet-nodes.ts';
import { PROBE_SECONDS, fleetSite } from './fleet-site.ts';
import { measure } from './load.ts';
import type { Load } from './load.ts';
import { sleep } from './net.ts';
import type { Panel } from './panel.ts';
import type { Reading, Timeline } from './readings.ts';

/** The first probes are due by then, and those that hang are under way. */
const SETTLE_MS = 15_000;
/** What people do meanwhile. */
const PEOPLE = { connections: 10, rate: 50 };
const P99_LIMIT_MS = 100;
/** The prober asks early rather than late, so a full round in each interval is no less than this. */
const ROUND = 0.95;

/** Thousands of daemons, each probed twice a minute and calling once; then a tenth of them takes connections and is silent. */
export const fleet: Timeline = {
  part: 'fleet',
  title: 'Fleet on PostgreSQL: nodes with a server each, probed and polled every 30 s, calling home once a minute',
  async measure(stage) {
    const { env, order } = await fleetSite(stage);
    const panel = await stage.startPanel(env);
    const daemons = Child.start({ file: join(import.meta.dirname, 'fleet-nodes.ts') });
    try {
      daemons.send(order);
      await daemons.message();
      const { nodes, hanging, fleetSeconds } = stage.options;
      return [
        { title: 'nodes', value: nodes, unit: '' },
        ...(await half(panel, daemons, { hang: 0, well: nodes, seconds: fleetSeconds })),
        ...(await half(panel, daemons, { hang: hanging, well: nodes - hanging, seconds: fleetSeconds })),
      ];
    } finally {
      await Promise.all([daemons.stop(), panel.child.stop()]);
    }
  },
};

interface Half {
  /** Nodes that do not answer any more, and those that do. */
  readonly hang: number;
  readonly well: number;
  readonly seconds: number;
}

async function half(panel: Panel, daemons: Child, { hang, well, seconds }: Half): Promise<Reading[]> {
  await tell(daemons, { hang });
  const routes = await unrelated(panel);
  await sleep(SETTLE_MS);
  await tell(daemons, { count: true });
  const [begin, processorBefore, statementsBefore] = await gauge(panel);
  const people = await Promise.all(routes.map(([, load]) => measure(load, { ...PEOPLE, seconds })));
  const report = await tell(daemons, { count: true });
  const [end, processorAfter, statementsAfter] = await gauge(panel);
  const wall = (end - begin) / 1000;
  const when = hang === 0 ? 'all well' : `${hang} hang`;
  const least = (well / PROBE_SECONDS) * ROUND;
  return [
    { title: `${when}: probes a second of those that answer`, value: report.probes / wall, unit: '/s', atLeast: least },
    { title: `${when}: polls a second of those that answer`, value: report.polls / wall, unit: '/s', atLeast: least },
    { title: `${when}: calls home a second`, value: report.calls / wall, unit: '/s' },
    { title: `${when}: calls home failed`, value: report.failedCalls, unit: '', atMost: 0 },
    {
      title: `${when}: SQL statements a second, those of people included`,
      value: (statementsAfter - statementsBefore) / wall,
      unit: '/s',
    },
    { title: `${when}: processor of the panel`, value: ((processorAfter - processorBefore) / wall) * 100, unit: '%' },
    { title: `${when}: resident memory`, value: panel.child.residentMegabytes() ?? NaN, unit: 'MB' },
    ...routes.flatMap(([title], index): Reading[] => {
      const { p99Ms = NaN, failures = NaN } = people[index] ?? {};
      return [
        { title: `${when}: ${title} p99`, value: p99Ms, unit: 'ms', atMost: P99_LIMIT_MS },
        ...(failures === 0 ? [] : [{ title: `${when}: ${title} failed`, value: failures, unit: '', atMost: 0 }]),
      ];
    }),
  ];
}

async function unrelated(panel: Panel): Promise<(readonly [string, Load])[]> {
  const headers = { authorization: `Bearer ${await panel.signIn(OWNER_OF_25)}` };
  return ['/api/auth/session', '/api/servers', '/api/users/me'].map((path) => [
    `GET ${path}`,
    { url: panel.url + path, headers },
  ]);
}

/** Now, processor seconds and SQL statements so far. */
async function gauge(panel: Panel): Promise<[number, number, number]> {
  return [performance.now(), panel.child.processorSeconds() ?? NaN, await panel.statements()];
}

async function tell(daemons: Child, wish: FleetWish): Promise<FleetReport> {
  const answer = daemons.message<FleetReport>();
  daemons.send(wish);
  return answer;
}
