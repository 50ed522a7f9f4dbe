import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { headersOf } from '../support/daemons.js';
import { createNode, createServer, PASSWORD } from '../support/factories.js';
import type { TestNode, TestServer } from '../support/factories.js';
import type { Caller } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast } from '../support/principals.js';
import type { Cast, PrincipalName } from '../support/principals.js';
import { RouteInventory } from '../../src/common/access/route-inventory.js';

interface RemoteRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:uuid` where the server or its backup stands. */
  readonly path: string;
  readonly body?: (target: TestServer, cast: Cast) => unknown;
  /** What a good call is answered. */
  readonly good: number;
  /** What the same call is answered once more, when that differs: the thing is gone. */
  readonly again?: number;
}

const LATELY = new Date(Date.now() - 3_600_000).toISOString();

/** Every route of the remote API; the inventory test fails when one is missing here. */
const ROUTES: readonly RemoteRoute[] = [
  { method: 'GET', path: '/api/remote/servers', good: 200 },
  { method: 'POST', path: '/api/remote/servers/reset', good: 204 },
  { method: 'GET', path: '/api/remote/servers/:uuid', good: 200 },
  { method: 'POST', path: '/api/remote/servers/:uuid/sync', good: 200 },
  { method: 'GET', path: '/api/remote/servers/:uuid/install', good: 200 },
  {
    method: 'POST',
    path: '/api/remote/servers/:uuid/install',
    body: () => ({ successful: false, reinstall: true }),
    good: 204,
  },
  { method: 'POST', path: '/api/remote/servers/:uuid/archive', body: () => ({ successful: true }), good: 204 },
  { method: 'POST', path: '/api/remote/servers/:uuid/ws/denied', good: 204 },
  // It has arrived long ago: repeated reports are accepted.
  { method: 'POST', path: '/api/remote/servers/:uuid/transfer/success', good: 204 },
  { method: 'POST', path: '/api/remote/servers/:uuid/transfer/failure', good: 204 },
  { method: 'GET', path: '/api/remote/servers/:uuid/transfer/success', good: 204 },
  { method: 'GET', path: '/api/remote/servers/:uuid/transfer/failure', good: 204 },
  {
    method: 'PUT',
    path: '/api/remote/servers/:uuid/startup/variables',
    body: () => ({ schedule_uuid: null, env_variable: 'SERVER_JARFILE', value: 'other.jar' }),
    good: 204,
  },
  {
    method: 'PUT',
    path: '/api/remote/servers/:uuid/startup/docker-image',
    body: () => ({ schedule_uuid: null, image: 'ghcr.io/example/java:17' }),
    good: 204,
  },
  {
    method: 'PUT',
    path: '/api/remote/servers/:uuid/startup/command',
    body: () => ({ schedule_uuid: null, command: 'java -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}' }),
    good: 204,
  },
  {
    method: 'POST',
    path: '/api/remote/schedule',
    body: (target) => ({
      data: [{ uuid: schedules.get(target.uuid), successful: true, errors: {}, timestamp: LATELY }],
    }),
    good: 204,
  },
  {
    method: 'POST',
    path: '/api/remote/activity',
    body: (target) => ({
      data: [{ server: target.uuid, event: 'server:power.start', timestamp: '2026-01-01T00:00:00Z' }],
    }),
    good: 204,
  },
  {
    method: 'POST',
    path: '/api/remote/backups/:uuid',
    body: () => ({ checksum: 'ab', checksum_type: 'sha1', size: 1, successful: true, parts: null }),
    good: 204,
  },
  { method: 'POST', path: '/api/remote/backups/:uuid/restore', body: () => ({ successful: true }), good: 204 },
  {
    method: 'POST',
    path: '/api/remote/backups/:uuid/deletion',
    body: () => ({ successful: true }),
    good: 204,
    again: 404,
  },
  { method: 'DELETE', path: '/api/remote/backups/:uuid', good: 204, again: 404 },
  // The backup is not kept in any of these ways: wings-rs asks for each in turn.
  { method: 'GET', path: '/api/remote/backups/:uuid?size=1', good: 400 },
  { method: 'GET', path: '/api/remote/backups/:uuid/s3/parts', good: 400 },
  { method: 'GET', path: '/api/remote/backups/:uuid/restic', good: 404 },
  { method: 'GET', path: '/api/remote/backups/:uuid/pbs', good: 404 },
  { method: 'GET', path: '/api/remote/backups/:uuid/kopia', good: 404 },
  // One is being made.
  { method: 'POST', path: '/api/remote/servers/:uuid/backups', body: () => ({}), good: 417 },
  {
    method: 'POST',
    path: '/api/remote/servers/:uuid/backups/restore',
    body: (target) => ({ backup_uuid: backups.get(target.uuid) }),
    good: 417,
  },
  {
    method: 'DELETE',
    path: '/api/remote/servers/:uuid/backups',
    body: (target) => ({ backup_uuid: backups.get(target.uuid) }),
    good: 417,
  },
  {
    method: 'PATCH',
    path: '/api/remote/servers/:uuid/backups',
    body: (target) => ({ backup_uuid: backups.get(target.uuid), target_backup_group_uuid: null }),
    good: 200,
  },
  {
    method: 'POST',
    path: '/api/remote/sftp/auth',
    body: (target, { principals }) => ({
      type: 'password',
      username: `${principals.owner.user?.email ?? ''}.${target.shortId}`,
      password: PASSWORD,
    }),
    good: 200,
  },
];

const named = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
const withServer = named.filter(([, { path }]) => path.includes(':uuid'));

let panel: TestPanel;
let cast: Cast;
/** One of each server, by the server's uuid. */
const backups = new Map<string, string>();
const schedules = new Map<string, string>();
beforeAll(async () => {
  panel = await startPanel();
  cast = await createCast(panel);
});
beforeEach(async () => {
  await panel.prisma.serverBackup.deleteMany();
  await panel.prisma.serverSchedule.deleteMany();
  for (const { uuid: serverUuid, nodeId } of [cast.server, cast.strangersServer]) {
    const data = { serverUuid, nodeId, name: 'nightly' };
    const { uuid } = await panel.prisma.serverBackup.create({ data, select: { uuid: true } });
    backups.set(serverUuid, uuid);
    const schedule = { serverUuid, name: 'nightly' };
    schedules.set(serverUuid, (await panel.prisma.serverSchedule.create({ data: schedule })).uuid);
  }
});
afterAll(() => panel.close());

const pathOf = ({ path }: RemoteRoute, target: TestServer): string =>
  path.replace('backups/:uuid', `backups/${backups.get(target.uuid)}`).replace(':uuid', target.uuid);

const call = (route: RemoteRoute, target: TestServer, caller: Caller) =>
  panel.as(caller).request(route.method, pathOf(route, target), {
    ...(route.body !== undefined && { body: route.body(target, cast) }),
  });

/** Everything of a server that a daemon's call could change. */
async function traceOf({ uuid }: TestServer): Promise<unknown> {
  const entries = await panel.prisma.activityEntry.findMany({ where: { targetId: uuid }, orderBy: { id: 'asc' } });
  const include = { backups: true, schedules: { include: { runs: true } } } as const;
  const server = await panel.prisma.server.findUniqueOrThrow({ where: { uuid }, include });
  return { server, entries };
}

it('lists every route of the remote API here', () => {
  const registered = panel.app
    .get(RouteInventory)
    .routes()
    .filter(({ path }) => path.startsWith('/api/remote/'))
    .map(({ method, path }) => `${method} ${path}`);
  expect(registered.sort()).toEqual(named.map(([name]) => name.replace(/\?.*$/, '')).sort());
});

describe('the credential of another node', () => {
  it.each(withServer)('finds nothing and changes nothing: %s', async (_name, route) => {
    const before = await traceOf(cast.server);
    expect((await call(route, cast.server, cast.otherNode)).status).toBe(404);
    expect(await traceOf(cast.server)).toEqual(before);
  });

  it('lists only its own servers', async () => {
    const { body } = await panel
      .as(cast.otherNode)
      .get<{ data: { uuid: string }[] }>('/api/remote/servers?per_page=500');
    expect(body.data.map(({ uuid }) => uuid)).toEqual([cast.strangersServer.uuid]);
  });

  it('logs nothing for servers of others', async () => {
    const before = await traceOf(cast.server);
    const activity = ROUTES.find(({ path }) => path.endsWith('/activity'));
    if (activity === undefined) throw new Error('no activity route');
    expect((await call(activity, cast.server, cast.otherNode)).status).toBe(204);
    expect(await traceOf(cast.server)).toEqual(before);
  });

  it('ends no schedules of servers of others', async () => {
    const before = await traceOf(cast.server);
    const report = ROUTES.find(({ path }) => path.endsWith('/schedule'));
    if (report === undefined) throw new Error('no route for schedules');
    expect((await call(report, cast.server, cast.otherNode)).status).toBe(204);
    expect(await traceOf(cast.server)).toEqual(before);
    expect((await call(report, cast.server, cast.node)).status).toBe(204);
    expect(await traceOf(cast.server)).not.toEqual(before);
  });

  it('reports no abuse of servers of others', async () => {
    const before = await traceOf(cast.server);
    const report = { serverId: cast.server.uuid, reason: 'none', enforcementAction: 'suspend' };
    expect((await panel.as(cast.otherNode).post('/api/admin/antiabuse/events', report)).status).toBe(404);
    expect(await traceOf(cast.server)).toEqual(before);
  });

  it('opens no files on servers of others', async () => {
    const sftp = ROUTES.find(({ path }) => path.endsWith('/sftp/auth'));
    if (sftp === undefined) throw new Error('no SFTP route');
    expect((await call(sftp, cast.server, cast.node)).status).toBe(200);
    expect((await call(sftp, cast.server, cast.otherNode)).status).toBe(403);
  });

  it('resets nothing on servers of others', async () => {
    const values = { installState: 'installing', installedAt: null } as const;
    const { node, egg, principals } = cast;
    const owner = principals.owner.user;
    if (owner === undefined) throw new Error('the owner has no account');
    const installing = await createServer(panel, { owner, node, egg }, values);
    expect((await panel.as(cast.otherNode).post('/api/remote/servers/reset')).status).toBe(204);
    expect(await traceOf(installing)).toMatchObject({ server: { installState: 'installing' } });
  });
});

describe('a credential that is none', () => {
  const malformed = (node: TestNode): [string, Record<string, string>][] => [
    ['nothing', {}],
    ['an empty header', { authorization: '' }],
    ['the scheme alone', { authorization: 'Bearer' }],
    ['another scheme', { authorization: `Basic ${node.tokenId}.${node.token}` }],
    ['no scheme', { authorization: `${node.tokenId}.${node.token}` }],
    ['a wrong secret', { authorization: `Bearer ${node.tokenId}.${'0'.repeat(64)}` }],
    ['a cut secret', { authorization: `Bearer ${node.tokenId}.${node.token.slice(0, -1)}` }],
    ['a longer secret', { authorization: `Bearer ${node.tokenId}.${node.token}0` }],
    ["another node's id", { authorization: `Bearer ${cast.otherNode.tokenId}.${node.token}` }],
    ['the id alone', { authorization: `Bearer ${node.tokenId}` }],
    ['an empty secret', { authorization: `Bearer ${node.tokenId}.` }],
    ['a key header', { 'x-api-key': node.token }],
    ['a cookie', { cookie: `token=${node.token}` }],
  ];

  it.each(named)('is refused by %s', async (_name, route) => {
    const before = await traceOf(cast.server);
    for (const [name, headers] of malformed(cast.node)) {
      const { status, headers: answer } = await call(route, cast.server, { headers });
      expect([name, status, answer['www-authenticate']]).toEqual([name, 401, 'Bearer']);
    }
    expect(await traceOf(cast.server)).toEqual(before);
  });

  it.each(named)('in the query is refused by %s', async (_name, route) => {
    const path = pathOf(route, cast.server);
    for (const name of ['token', 'access_token', 'api_key']) {
      const query = `${path}${path.includes('?') ? '&' : '?'}${name}=${cast.node.tokenId}.${cast.node.token}`;
      expect((await panel.http.request(route.method, query)).status).toBe(401);
    }
  });
});

describe('the credential of an account', () => {
  const accounts: PrincipalName[] = ['owner', 'rootAdmin', 'staff', 'clientKey', 'adminKey'];
  it.each(named)('is refused by %s', async (_name, route) => {
    for (const name of accounts) {
      expect([name, (await call(route, cast.server, cast.principals[name])).status]).toEqual([name, 401]);
    }
  });
});

describe('a good call', () => {
  it.each(named)('is answered and, repeated, changes nothing more: %s', async (_name, route) => {
    expect((await call(route, cast.server, cast.node)).status).toBe(route.good);
    const after = await traceOf(cast.server);
    expect((await call(route, cast.server, cast.node)).status).toBe(route.again ?? route.good);
    expect(await traceOf(cast.server)).toEqual(after);
  });

  it('may come with the id of older configurations, or with the secret alone', async () => {
    const { token } = cast.node;
    for (const authorization of [`Bearer eclipanel.${token}`, `Bearer ${token}`]) {
      expect((await panel.as({ headers: { authorization } }).get('/api/remote/servers')).status).toBe(200);
    }
  });

  it('works for a daemon of either family', async () => {
    const node = await createNode(panel);
    for (const flavour of ['go', 'rs'] as const) {
      const caller = { headers: headersOf(node, flavour) };
      expect((await panel.as(caller).get('/api/remote/servers')).status).toBe(200);
    }
  });
});

describe('a daemon that calls too often', () => {
  let narrow: TestPanel;
  beforeAll(async () => {
    narrow = await startPanel({ env: { NODE_RATE_LIMIT: '20' } });
  });
  afterAll(() => narrow.close());

  it('is never answered 429, whatever it calls', async () => {
    const node = await createNode(narrow);
    const fill = Array.from({ length: 20 }, () => narrow.as(node).post('/api/remote/activity', '[]'));
    await Promise.all(fill);
    const target = { ...cast.server };
    for (const route of ROUTES) {
      const body = route.body === undefined ? {} : { body: route.body(target, cast) };
      const { status, headers } = await narrow.as(node).request(route.method, pathOf(route, target), body);
      expect([route.path, status]).toEqual([route.path, 503]);
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    }
    for (const path of ['/api/admin/antiabuse/heartbeat', '/api/admin/antiabuse/events']) {
      expect((await narrow.as(node).post(path, {})).status).toBe(503);
    }
    expect((await narrow.as(node).get('/api/wings/config')).status).toBe(503);
  });

  it('is told to come again with 503, never 429, and no other daemon with it', async () => {
    const node = await createNode(narrow);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => narrow.as(node).post('/api/remote/activity', '[]')),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(20);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused).toHaveLength(30);
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await narrow.as(await createNode(narrow)).get('/api/remote/servers')).status).toBe(200);
  });
});
