import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestObjectStore } from '../support/object-store.js';
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
  NODE_PROBE_INTERVAL_SECONDS: '1',
};
const patience = { within: 180_000, every: 100 };

interface Entry {
  readonly uuid: string;
  readonly status: string;
  readonly bytes: number;
}

let dataDir: string;
let panel: PanelProcess;
let store: TestObjectStore;
let daemon: SimulatedWings;
let token = '';

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'panel-backup-'));
  store = await TestObjectStore.start();
  panel = await startPanelProcess({ ...env, DATA_DIR: dataDir });
  token = (await call<{ token: string }>('POST', '/api/auth/login', ADMIN)).token;
}, 120_000);
afterAll(async () => {
  await daemon.crash();
  await panel.stop();
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The body of a good answer; anything else fails the test. */
async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${panel.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Body;
}

/** An installed server whose backups go to the store. */
async function serverWithStore(): Promise<string> {
  const secret = randomBytes(32).toString('hex');
  // Outlasts the panel's restarts although its pauses are so short.
  const options = { clockScale: 0.01, retryLimit: 40, flavour: 'rs', tokenId: 'eclipanel' } as const;
  daemon = new SimulatedWings({ ...options, panelUrl: panel.url, token: secret });
  await daemon.listenOnly();
  const body = { name: 'node', url: daemon.url, token: secret, nodeType: 'free_and_paid', portRangeStart: 25_565 };
  const { node } = await call<{ node: { id: number } }>('POST', '/api/nodes', { ...body, portRangeEnd: 25_600 });
  await daemon.restart();
  const { id } = await call<{ id: number }>('POST', '/api/admin/backup-configurations', store.configuration('bucket'));
  const choice = { nodeId: node.id, configurationId: id };
  await call('PUT', '/api/admin/backup-configurations/assignment', choice);
  const json = JSON.parse(readFileSync('test/support/eggs/paper.json', 'utf8')) as object;
  const egg = await call<{ id: number }>('POST', '/api/admin/eggs/import', { json });
  const isCreated = async () =>
    (await call<{ uuid: string }>('POST', '/api/servers', { name: 'Server', eggId: egg.id, nodeId: node.id })).uuid;
  const uuid = await until('the node takes servers', isCreated, patience);
  const isInstalled = async () =>
    (await call<{ installing: boolean }[]>('GET', '/api/servers')).every(({ installing }) => !installing);
  await until('it is installed', isInstalled, patience);
  return uuid;
}

it('a panel that is killed between the parts and the completion, and again within it, ends with one backup', async () => {
  const path = `/api/servers/${await serverWithStore()}/backups`;
  const entry = async (uuid: string) => (await call<Entry[]>('GET', path)).find((one) => one.uuid === uuid);

  // The store puts the parts together and the panel dies before it hears of it.
  let dying: Promise<void> | undefined;
  store.beforeCompletion = () => (dying ??= panel.kill());
  const { uuid } = await call<Entry>('POST', path, {});
  await until('the panel died within the completion', () => dying, patience);
  await dying;
  store.beforeCompletion = undefined;
  await panel.start();
  const isDone = async () => (await entry(uuid))?.status === 'completed';
  await until('the backup is completed', isDone, { within: 400_000, every: 200 });
  expect([...store.objects.values()].map(({ length }) => length)).toEqual([(await entry(uuid))?.bytes]);
  expect(store.uploads.size).toBe(0);

  // Dies after the daemon's report was noted, while the store is away.
  store.away = true;
  daemon.options.backupDelayMs = 100;
  const started = call<Entry>('POST', path, {}).then((made) => made.uuid);
  const second = await started;
  store.away = false;
  const isUploading = () => store.uploads.size > 0;
  await until('the daemon uploads', isUploading, patience);
  store.away = true;
  const isReported = () => daemon.panelCalls.some((one) => one.path === `/backups/${second}` && one.status === 204);
  await until('the daemon has reported', isReported, patience);
  await panel.kill();
  store.away = false;
  await panel.start();
  const isSecondDone = async () => (await entry(second))?.status === 'completed';
  await until('the second is completed', isSecondDone, { within: 400_000, every: 200 });
  expect([store.objects.size, store.uploads.size]).toEqual([2, 0]);
}, 900_000);
