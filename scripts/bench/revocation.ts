import { once } from 'node:events';
import { WebSocket } from 'ws';
import { ADMIN, OWNER_OF_25, VIEWERS } from './data-set.ts';
import { sleep } from './net.ts';
import { replicaEnvironment } from './panel.ts';
import type { Panel } from './panel.ts';
import { Missing } from './readings.ts';
import type { Reading, Timeline } from './readings.ts';
import type { Site } from './stage.ts';

/** Staff may change six accounts a minute. */
const REPEATS = 3;
const LIMIT_MS = 1_000;
const GIVE_UP_MS = 10_000;
const REFUSALS = new Set([401, 403, 404]);
/** Somebody whom only a role lets at the server. */
const STAFF = OWNER_OF_25;
/** Who may watch the server: another one for each round, because nobody is given back what he lost. */
const viewers = VIEWERS.values();

/** What somebody holds, and how it is taken from him. */
interface Right {
  readonly credential: string;
  readonly revoke: () => Promise<unknown>;
}

/** An administrator at one replica, and a server that people watch at another. */
interface Scene {
  readonly here: Panel;
  readonly there: Panel;
  readonly admin: string;
  readonly server: string;
}

type Grant = (scene: Scene) => Promise<Right>;

const RIGHTS: readonly (readonly [string, Grant])[] = [
  ['session ended', session],
  ['API key deleted', apiKey],
  ['role taken', role],
  ['account suspended', account],
];

export const revocations: readonly Timeline[] = [
  {
    part: 'revocation',
    title: `Revocation, one replica: from the request that revokes on, worst of ${REPEATS}`,
    async measure(stage) {
      const { env, data } = await stage.site();
      const panel = await stage.startPanel(env);
      return measureAll([panel, panel], data);
    },
  },
  {
    part: 'revocation',
    title: 'Revocation, at the other of two replicas on PostgreSQL and Redis',
    async measure(stage) {
      const { redis } = stage.options;
      if (redis === undefined) throw new Missing('No Redis: name one with --redis or BENCH_REDIS_URL.');
      const { env, data } = await stage.site('postgresql');
      const shared = { ...env, REDIS_URL: redis };
      const here = await stage.startPanel(shared);
      return measureAll([here, await stage.startPanel(await replicaEnvironment(shared))], data);
    },
  },
];

async function measureAll([here, there]: [Panel, Panel], data: Site['data']): Promise<Reading[]> {
  const scene = { here, there, admin: await here.signIn(ADMIN), server: data.consoleNode.serverUuids[0] ?? '' };
  try {
    const readings: Reading[] = [];
    for (const [title, grant] of RIGHTS) readings.push(...(await worst(title, grant, scene)));
    return readings;
  } finally {
    await Promise.all([here.child.stop(), there.child.stop()]);
  }
}

async function worst(title: string, grant: Grant, scene: Scene): Promise<Reading[]> {
  let [refusalMs, closeMs] = [0, 0];
  for (let n = 0; n < REPEATS; n++) {
    const times = await revokeOnce(await grant(scene), scene);
    refusalMs = Math.max(refusalMs, times.refusalMs);
    closeMs = Math.max(closeMs, times.closeMs);
  }
  return [
    { title: `${title}: refused on REST`, value: refusalMs, unit: 'ms', atMost: LIMIT_MS },
    { title: `${title}: console closed`, value: closeMs, unit: 'ms', atMost: LIMIT_MS },
  ];
}

async function revokeOnce(
  { credential, revoke }: Right,
  { there, server }: Scene,
): Promise<{ refusalMs: number; closeMs: number }> {
  const path = `/api/servers/${server}`;
  const status = await there.status(path, credential);
  if (status !== 200) throw new Error(`GET ${path}: ${status} before anything was revoked`);
  const socket = await openConsole(there, server, credential);
  const begin = performance.now();
  const since = (): number => performance.now() - begin;
  const limit = sleep(GIVE_UP_MS).then(() => Infinity);
  const [refusalMs, closeMs] = await Promise.all([
    firstRefusal(there, path, credential, since),
    Promise.race([once(socket, 'close').then(since), limit]),
    revoke(),
  ]);
  socket.terminate();
  return { refusalMs, closeMs };
}

async function firstRefusal(panel: Panel, path: string, credential: string, since: () => number): Promise<number> {
  while (since() < GIVE_UP_MS) if (REFUSALS.has(await panel.status(path, credential))) return since();
  return Infinity;
}

/** Resolves when the viewer was let in. */
async function openConsole({ url }: Panel, server: string, credential: string): Promise<WebSocket> {
  const address = `${url.replace(/^http/, 'ws')}/api/servers/${server}/ws/proxy?token=${credential}`;
  const socket = new WebSocket(address, { perMessageDeflate: false, origin: url });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(() => {
    throw new Error('the console was refused before anything was revoked');
  });
  const admitted = new Promise<void>((resolve) => {
    socket.on('message', (frame: Buffer) => frame.includes('auth success') && resolve());
  });
  await Promise.race([admitted, closed]);
  return socket;
}

function nextViewer(): number {
  const { value } = viewers.next();
  if (value === undefined) throw new Error('no viewer is left');
  return value;
}

async function session({ here, there, admin }: Scene): Promise<Right> {
  const userId = nextViewer();
  const credential = await there.signIn(userId);
  const { sessions } = await there.getJson<{ sessions: string[] }>('/api/sessions/me', credential);
  const body = { userId, sessionId: sessions[0] };
  return { credential, revoke: () => here.call('POST', '/api/sessions/logout', admin, body) };
}

async function apiKey({ here, admin }: Scene): Promise<Right> {
  const permissions = ['servers:read', 'servers:console'];
  const wanted = { name: 'bench', type: 'client', permissions, userId: nextViewer() };
  const made = await here.call<{ apiKey: string; id: number }>('POST', '/api/apikeys', admin, wanted);
  return { credential: made.apiKey, revoke: () => here.call('DELETE', `/api/apikeys/${made.id}`, admin) };
}

async function role({ here, there, admin }: Scene): Promise<Right> {
  const name = `bench ${performance.now()}`;
  const made = await here.call<{ role: { id: number } }>('POST', '/api/roles', admin, { name });
  const roleId = made.role.id;
  await here.call('POST', `/api/roles/${roleId}/permissions`, admin, { value: 'admin:servers:write' });
  const roles = `/api/users/${STAFF}/roles`;
  const { ur } = await here.call<{ ur: { id: number } }>('POST', roles, admin, { roleId });
  return {
    credential: await there.signIn(STAFF),
    revoke: () => here.call('DELETE', `${roles}/${ur.id}`, admin),
  };
}

async function account({ here, there, admin }: Scene): Promise<Right> {
  const userId = nextViewer();
  return {
    credential: await there.signIn(userId),
    revoke: () => here.call('PUT', `/api/users/${userId}`, admin, { suspended: true }),
  };
}
