import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPanelProcess } from '../support/process.js';
import type { PanelProcess } from '../support/process.js';
import { until } from '../support/until.js';
import { SimulatedWings } from '../support/wings/simulated-wings.js';

const ADMIN = { email: 'root@example.test', password: 'Correct-horse-7' };
const env = {
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  ARGON2_MEMORY_KIB: '8192',
  ARGON2_ITERATIONS: '1',
  GLOBAL_RATE_LIMIT: '1000000',
  NODE_DRAIN_CONCURRENCY: '2',
  NODE_PROBE_INTERVAL_SECONDS: '1',
};
const patience = { within: 180_000, every: 100 };

interface AdminNode {
  readonly id: number;
  readonly lastHeartbeat: { readonly status: string; readonly timestamp: string } | null;
}

interface Site {
  readonly id: number;
  readonly daemon: SimulatedWings;
}

let dataDir: string;
let panel: PanelProcess;
let token = '';
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'panel-transfer-'));
  panel = await startPanelProcess({ ...env, DATA_DIR: dataDir });
  token = (await call<{ token: string }>('POST', '/api/auth/login', ADMIN)).token;
}, 120_000);
afterAll(async () => {
  for (const daemon of daemons) await daemon.crash();
  await panel.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The body of a good answer; anything else fails the test. */
async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${panel.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token !== '' && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Body;
}

/** A node with ports whose daemon runs. */
async function site(name: string): Promise<Site> {
  const secret = randomBytes(32).toString('hex');
  const daemon = new SimulatedWings({
    panelUrl: panel.url,
    tokenId: 'eclipanel',
    token: secret,
    flavour: 'rs',
    clockScale: 0.01,
    // Outlasts the panel's restart although its pauses are so short.
    retryLimit: 40,
  });
  daemons.push(daemon);
  await daemon.listenOnly();
  const body = {
    name,
    url: daemon.url,
    token: secret,
    nodeType: 'free_and_paid',
    portRangeStart: 25_565,
    portRangeEnd: 25_600,
  };
  const { node } = await call<{ node: { id: number } }>('POST', '/api/nodes', body);
  await daemon.restart();
  const booted = Date.now();
  const isHealthy = async () => {
    const nodes = await call<AdminNode[]>('GET', '/api/admin/nodes');
    const beat = nodes.find(({ id }) => id === node.id)?.lastHeartbeat;
    return beat?.status === 'ok' && Date.parse(beat.timestamp) > booted;
  };
  await until('the node takes servers', isHealthy, patience);
  return { id: node.id, daemon };
}

const drain = ({ id }: Site) =>
  call<{ state: string; progress: { moved: number; moving: number; failed: number } }>('GET', `/api/nodes/${id}/drain`);

it('a panel that is killed while a node is drained goes on with it: nothing is lost, nothing is twice', async () => {
  const [source, target] = [await site('source'), await site('target')];
  const json = JSON.parse(readFileSync('test/support/eggs/paper.json', 'utf8')) as object;
  const egg = await call<{ id: number }>('POST', '/api/admin/eggs/import', { json });
  const uuids: string[] = [];
  for (let index = 0; index < 4; index += 1) {
    const body = { name: `Server ${index}`, eggId: egg.id, nodeId: source.id };
    uuids.push((await call<{ uuid: string }>('POST', '/api/servers', body)).uuid);
  }
  const states = () =>
    call<{ uuid: string; nodeId: number; installing: boolean; transferring: boolean }[]>('GET', '/api/servers');
  await until('all are installed', async () => (await states()).every(({ installing }) => !installing), patience);

  // Dies after the transfers were committed, before the source could be told of them.
  source.daemon.faults.refuseConnections = true;
  await call('POST', `/api/nodes/${source.id}/drain`, { targetNodeId: target.id });
  await until('two transfers have begun', async () => (await drain(source)).progress.moving === 2, patience);
  await panel.kill();
  source.daemon.faults.clear();
  // Slow enough to be under way when the panel dies a second time.
  source.daemon.options.transferDelayMs = 200_000;
  await panel.start();
  await until(
    'the source packs',
    () => [...source.daemon.servers.values()].some(({ lock }) => lock === 'transferring'),
    patience,
  );
  await panel.kill();
  source.daemon.options.transferDelayMs = 0;
  await panel.start();

  await until('the drain is completed', async () => (await drain(source)).state === 'completed', {
    within: 400_000,
    every: 200,
  });
  expect((await drain(source)).progress).toMatchObject({ total: 4, moved: 4, failed: 0 });
  expect((await states()).map(({ nodeId, transferring }) => [nodeId, transferring])).toEqual(
    uuids.map(() => [target.id, false]),
  );
  expect([...target.daemon.servers.keys()].sort()).toEqual([...uuids].sort());
  await until('the copies on the source are gone', () => source.daemon.servers.size === 0, patience);
  await until('all of them run', () => uuids.every((uuid) => target.daemon.server(uuid).state === 'running'), patience);
}, 700_000);
