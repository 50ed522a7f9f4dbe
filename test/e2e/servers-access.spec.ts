import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ServerAccess } from '../../src/servers/access/server-access.service.js';
import { daemonPermissions } from '../../src/servers/access/daemon-permissions.js';
import { ServerConfiguration } from '../../src/servers/configuration/server-configuration.service.js';
import { announce, daemonOf } from '../support/daemons.js';
import {
  addSubuser,
  createAdmin,
  createAllocations,
  createApiKey,
  createEgg,
  createNode,
  createServer,
  createStaff,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

interface ErrorBody {
  error: string;
}
interface Entry {
  id: number;
  permissions: string[];
  accepted: boolean;
  user: Record<string, unknown>;
}

let panel: TestPanel;
let daemon: SimulatedWings;
let node: TestNode;
let egg: TestEgg;
let owner: TestUser;
let friend: TestUser;
let server: TestServer;
let asOwner: HttpClient;
let asFriend: HttpClient;
let asStranger: HttpClient;
let asAdmin: HttpClient;

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));

beforeAll(async () => {
  panel = await startPanel();
  // Its health is not what this is about.
  node = await createNode(panel, { healthStatus: null, healthCheckedAt: null });
  egg = await createEgg(panel);
  [owner, friend] = [await createUser(panel), await createUser(panel)];
  server = await createServer(
    panel,
    { owner, node, egg },
    { environment: { SERVER_JARFILE: 'server.jar', LICENCE_KEY: 'planted' } },
  );
  await createAllocations(panel, node, { amount: 5 });
  daemon = daemonOf(panel, node, 'rs');
  await daemon.boot();
  await announce(panel, node, daemon);
  [asOwner, asFriend, asStranger] = [await as(owner), await as(friend), await as(await createUser(panel))];
  asAdmin = await as(await createAdmin(panel));
});
afterAll(async () => {
  await panel.close();
  await daemon.crash();
});

/** Every route below a server, with a body that would do something. */
const routes: readonly (readonly [method: string, path: string, body: object | undefined])[] = [
  ['GET', '', undefined],
  ['PUT', '', { name: 'Taken' }],
  ['DELETE', '', undefined],
  ['POST', '/power', { action: 'kill' }],
  ['POST', '/commands', { command: 'op me' }],
  ['POST', '/reinstall', {}],
  ['POST', '/suspend', {}],
  ['POST', '/unsuspend', {}],
  ['POST', '/sync', {}],
  ['GET', '/logs', undefined],
  ['GET', '/logs/install', undefined],
  ['GET', '/stats', undefined],
  ['GET', '/activity', undefined],
  ['GET', '/startup', undefined],
  ['PUT', '/startup', { environment: {} }],
  ['GET', '/allocations', undefined],
  ['POST', '/allocations', { count: 1 }],
  ['DELETE', '/allocations', { ip: '203.0.113.7', port: 30_000 }],
  ['DELETE', '/allocations/secondary', undefined],
  ['GET', '/configuration', undefined],
  ['GET', '/subusers', undefined],
  ['POST', '/subusers', { email: 'a@example.test' }],
  ['PUT', '/subusers/1', { permissions: [] }],
  ['DELETE', '/subusers/1', undefined],
];

describe('a stranger', () => {
  it.each(routes)('gets for %s %s the answer that a made-up server gives', async (method, path, body) => {
    const stored = () =>
      panel.prisma.server.findUniqueOrThrow({
        where: { uuid: server.uuid },
        // The node tells these by itself.
        omit: { state: true, resources: true, stateAt: true },
      });
    const before = await stored();
    const theirs = await asStranger.request<ErrorBody>(method, `/api/servers/${server.uuid}${path}`, { body });
    const none = await asStranger.request<ErrorBody>(method, `/api/servers/${randomUUID()}${path}`, { body });
    expect([theirs.status, theirs.body.error]).toEqual([404, 'Server not found']);
    expect([none.status, none.body.error]).toEqual([404, 'Server not found']);
    expect(await stored()).toEqual(before);
  });

  it('sees neither the server in his list, nor with a search', async () => {
    expect((await asStranger.get('/api/servers')).body).toEqual([]);
    expect((await asStranger.get(`/api/servers?q=${server.uuid.slice(0, 8)}&page=1`)).body).toEqual([]);
  });

  it.each(['x', '%00', "1' OR 1=1--", 'a'.repeat(36)])('gets 404 for the id %s', async (id) => {
    expect((await asOwner.get(`/api/servers/${encodeURIComponent(id)}`)).status).toBe(404);
  });
});

describe('a client key', () => {
  it('needs its own permission and the access of its user', async () => {
    const full = panel.as(await createApiKey(panel, owner, { permissions: ['servers:*'] }));
    const reader = panel.as(await createApiKey(panel, owner, { permissions: ['servers:read'] }));
    const strangers = panel.as(await createApiKey(panel, friend, { permissions: ['*'] }));
    const power = `/api/servers/${server.uuid}/power`;
    expect((await full.post(power, { signal: 'kill' })).status).toBe(200);
    expect((await reader.get(`/api/servers/${server.uuid}`)).status).toBe(200);
    const refused = await reader.post<ErrorBody>(power, { signal: 'kill' });
    expect([refused.status, refused.body.error]).toEqual([403, 'Insufficient permissions (api key)']);
    expect((await strangers.post(power, { signal: 'kill' })).status).toBe(404);
  });

  it('of a superuser is no staff key unless its list says so', async () => {
    const admin = await createAdmin(panel);
    const narrow = panel.as(await createApiKey(panel, admin, { permissions: ['servers:read', 'servers:power'] }));
    const wide = panel.as(await createApiKey(panel, admin, { type: 'admin' }));
    expect((await narrow.get(`/api/servers/${server.uuid}`)).status).toBe(404);
    expect((await wide.get(`/api/servers/${server.uuid}`)).status).toBe(200);
  });
});

describe('staff', () => {
  it('that may only read sees, and changes nothing', async () => {
    const reader = await as(await createStaff(panel, ['servers:list', 'servers:read']));
    expect((await reader.get<unknown[]>('/api/servers')).body).toHaveLength(1);
    const detail = await reader.get<Record<string, unknown>>(`/api/servers/${server.uuid}`);
    expect([detail.status, detail.body['environment']]).toEqual([200, undefined]);
    for (const [method, path, body] of routes.filter(([verb]) => verb !== 'GET')) {
      const answer = await reader.request(method, `/api/servers/${server.uuid}${path}`, { body });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
  });
});

describe('a subuser', () => {
  it('may what he was invited for once he accepted, from the same moment on', async () => {
    const invited = await asOwner.post<Entry>(`/api/servers/${server.uuid}/subusers`, {
      email: friend.email.toUpperCase(),
      permissions: ['console', 'nonsense', '*'],
    });
    expect(invited.status).toBe(200);
    expect(invited.body).toMatchObject({ permissions: ['console'], accepted: false, user: { id: friend.id } });
    expect(Object.keys(invited.body.user).sort()).toEqual(['avatarUrl', 'displayName', 'email', 'id']);
    expect((await asFriend.get(`/api/servers/${server.uuid}`)).status).toBe(404);
    expect((await asFriend.get('/api/servers')).body).toEqual([]);
    const [invite] = (await asFriend.get<{ id: number; serverName: string }[]>('/api/subusers/invites')).body;
    expect(invite).toMatchObject({ id: invited.body.id, serverName: server.name, serverExists: true });
    expect((await asStranger.post(`/api/subusers/invites/${invite?.id}/accept`)).status).toBe(404);
    expect((await asFriend.post<Entry>(`/api/subusers/invites/${invite?.id}/accept`)).body.accepted).toBe(true);
    expect((await asFriend.post(`/api/subusers/invites/${invite?.id}/accept`)).status).toBe(404);

    expect((await asFriend.get<unknown[]>('/api/servers')).body).toHaveLength(1);
    expect((await asFriend.get(`/api/servers/${server.uuid}/logs`)).status).toBe(200);
    const power = await asFriend.post<ErrorBody>(`/api/servers/${server.uuid}/power`, { action: 'start' });
    expect([power.status, power.body.error]).toEqual([403, 'Insufficient server permissions']);

    const granted = await asOwner.put<Entry>(`/api/servers/${server.uuid}/subusers/${invited.body.id}`, {
      permissions: ['console', 'power'],
    });
    expect(granted.body.permissions).toEqual(['console', 'power']);
    expect((await asFriend.post(`/api/servers/${server.uuid}/power`, { action: 'kill' })).status).toBe(200);
    await daemon.waitForCall(
      ({ path, body }) => path.endsWith('/ws/permissions') && JSON.stringify(body).includes('control.start'),
    );

    expect((await asOwner.delete(`/api/servers/${server.uuid}/subusers/${invited.body.id}`)).status).toBe(200);
    expect((await asFriend.get(`/api/servers/${server.uuid}`)).status).toBe(404);
    await daemon.waitForCall(
      ({ path, body }) => path === '/api/deauthorize-user' && JSON.stringify(body).includes(friend.uuid),
    );
  });

  it.each<[string, (user: TestUser) => Promise<{ status: number }>]>([
    ['is suspended', ({ id }) => asAdmin.put(`/api/users/${id}`, { suspended: true })],
    ['gets another password', ({ id }) => asAdmin.put(`/api/users/${id}`, { password: 'Other-horse-8' })],
    ['signs out elsewhere', async (user) => (await as(user)).post('/api/sessions/logout-all', { userId: user.id })],
  ])('has nothing open on the node any more when he %s', async (_what, change) => {
    const user = await createUser(panel);
    await addSubuser(panel, server, user, ['console', 'files']);
    expect((await change(user)).status).toBe(200);
    const { body } = await daemon.waitForCall(
      (call) => call.path === '/api/deauthorize-user' && JSON.stringify(call.body).includes(user.uuid),
    );
    expect(body).toEqual({ user: user.uuid, servers: [server.uuid] });
  });

  it('sees no values of variables, and nobody but staff sees what the egg hides', async () => {
    const viewer = await createUser(panel);
    await addSubuser(panel, server, viewer, ['console']);
    const seen = await (await as(viewer)).get<Record<string, unknown>>(`/api/servers/${server.uuid}`);
    expect([seen.status, seen.body['isOwner'], seen.body['permissions']]).toEqual([200, false, ['console']]);
    expect(seen.text).not.toMatch(/server\.jar|planted/);
    const own = await asOwner.get<{ environment: object }>(`/api/servers/${server.uuid}`);
    expect(own.body.environment).toEqual({ SERVER_JARFILE: 'server.jar' });
    for (const path of ['', '/startup', '/configuration']) {
      expect((await asOwner.get(`/api/servers/${server.uuid}${path}`)).text).not.toContain('planted');
      expect((await asAdmin.get(`/api/servers/${server.uuid}${path}`)).text).toContain('planted');
    }
  });

  it('who manages others gives no more than he has, and touches neither himself nor locked entries', async () => {
    const [manager, other, locked] = [await createUser(panel), await createUser(panel), await createUser(panel)];
    const own = await addSubuser(panel, server, manager, ['subusersd', 'console']);
    const third = await addSubuser(panel, server, other, ['files']);
    const fixed = await addSubuser(panel, server, locked, ['console']);
    const base = `/api/servers/${server.uuid}/subusers`;
    await asOwner.put(`${base}/${fixed.id}`, { permissions: ['console'], locked: true });
    const asManager = await as(manager);
    const raised = await asManager.put<ErrorBody>(`${base}/${own.id}`, { permissions: ['files', 'power'] });
    expect(raised.status).toBe(403);
    const changed = await asManager.put<Entry>(`${base}/${third.id}`, { permissions: ['console', 'power'] });
    expect([...changed.body.permissions].sort()).toEqual(['console', 'files']);
    expect((await asManager.put(`${base}/${fixed.id}`, { permissions: [] })).status).toBe(403);
    expect((await asManager.delete(`${base}/${fixed.id}`)).status).toBe(403);
    expect((await asManager.put(`${base}/${third.id}`, { permissions: [], locked: true })).status).toBe(403);
    expect((await asOwner.delete(`${base}/${third.id}`)).status).toBe(200);
    expect((await asManager.delete(`${base}/${own.id}`)).status).toBe(200);
  });

  it('of another server is not found below this one', async () => {
    const foreign = await createServer(panel, { owner: friend, node, egg });
    const entry = await addSubuser(panel, foreign, await createUser(panel), ['console']);
    const path = `/api/servers/${server.uuid}/subusers/${entry.id}`;
    expect((await asOwner.put(path, { permissions: [] })).status).toBe(404);
    expect((await asOwner.delete(path)).status).toBe(404);
    await panel.prisma.server.delete({ where: { uuid: foreign.uuid } });
  });
});

describe('a suspended server', () => {
  it('is closed to its owner until staff opens it again', async () => {
    const base = `/api/servers/${server.uuid}`;
    expect((await asOwner.post(`${base}/suspend`, {})).status).toBe(403);
    const suspended = await asAdmin.post(`${base}/suspend`, { reason: 'Mining', source: 'anti abuse system' });
    expect(suspended.body).toMatchObject({ success: true, emailSent: true, emailRecipient: owner.email });
    const text = 'This server was suspended by anti abuse system for reason: Mining. Please contact support.';
    for (const [method, path, body] of [
      ['POST', '/power', { action: 'start' }],
      ['POST', '/commands', { command: 'x' }],
      ['GET', '/logs', undefined],
      ['POST', '/reinstall', {}],
      ['DELETE', '', undefined],
    ] as const) {
      const answer = await asOwner.request<ErrorBody>(method, `${base}${path}`, { body });
      expect([path, answer.status, answer.body.error]).toEqual([path, 403, text]);
    }
    expect((await asOwner.post(`${base}/unsuspend`)).status).toBe(403);
    expect((await asOwner.get<{ status: string }>(base)).body.status).toBe('suspended');
    expect(daemon.server(server.uuid).settings.suspended).toBe(true);
    expect((await asAdmin.post(`${base}/suspend`, {})).body).toMatchObject({
      emailSent: false,
      emailReason: 'server already suspended',
    });
    expect((await asAdmin.post(`${base}/suspend`, { dmca: true, reason: 'Notice 7' })).status).toBe(200);
    const taken = await asOwner.delete<ErrorBody>(base);
    expect(taken.body.error).toBe('DMCA-protected servers cannot be deleted by server owners');
    expect((await asAdmin.post(`${base}/unsuspend`)).status).toBe(200);
    expect((await asOwner.post(`${base}/power`, { action: 'kill' })).status).toBe(200);
    expect(daemon.server(server.uuid).settings.suspended).toBe(false);
  });
});

describe('permissions on the daemon', () => {
  const of = async (user: TestUser, canAsStaff = false): Promise<string[]> => {
    const caller = { userId: user.id, canAsStaff: () => canAsStaff };
    const scope = await panel.app.get(ServerAccess).forCaller(caller, server.uuid);
    return scope === undefined ? [] : daemonPermissions(scope);
  };

  it('are exact for everybody', async () => {
    expect(await of(owner)).toEqual(['*', 'admin.websocket.install', 'admin.websocket.transfer']);
    expect(await of(friend, true)).toContain('admin.websocket.errors');
    const helper = await createUser(panel);
    await addSubuser(panel, server, helper, ['console', 'backups']);
    expect(await of(helper)).toEqual([
      'websocket.connect',
      'meta.calagopus',
      'control.read-console',
      'control.console',
      'admin.websocket.install',
      'backup.read',
    ]);
    expect(await of(friend)).toEqual([]);
  });
});

describe('the number of statements', () => {
  it('is one for the list, one for a server, none for access, and one for a page of a daemon', async () => {
    const many = await createUser(panel);
    for (let index = 0; index < 30; index++) await createServer(panel, { owner: many, node, egg });
    const [first] = await panel.prisma.server.findMany({ where: { ownerId: many.id }, select: { uuid: true } });
    const http = await as(many);
    await http.get('/api/servers');
    expect(await statementsOf(panel, () => http.get('/api/servers'))).toBe(1);
    expect(await statementsOf(panel, () => http.get('/api/servers?page=2&per_page=10&q=server'))).toBe(1);
    await http.get(`/api/servers/${first?.uuid}`);
    expect(await statementsOf(panel, () => http.get(`/api/servers/${first?.uuid}`))).toBe(1);
    const configuration = panel.app.get(ServerConfiguration);
    await configuration.page(node.id, 1, 50);
    expect(await statementsOf(panel, () => configuration.page(node.id, 1, 50))).toBe(1);
    await panel.prisma.server.deleteMany({ where: { ownerId: many.id } });
  });

  it('does not grow with wrong ids', async () => {
    const uuid = randomUUID();
    expect(await statementsOf(panel, () => asOwner.get(`/api/servers/${uuid}`))).toBe(1);
  });
});

it('pages and searches the list', async () => {
  const collector = await createUser(panel);
  const names = ['Alpha', 'Beta 100%', 'Gamma'];
  for (const name of names) await createServer(panel, { owner: collector, node, egg }, { name });
  const http = await as(collector);
  const list = async (query: string): Promise<string[]> =>
    (await http.get<{ name: string }[]>(`/api/servers${query}`)).body.map(({ name }) => name);
  expect(await list('')).toEqual(names);
  expect(await list('?page=2&per_page=2')).toEqual(['Gamma']);
  expect(await list('?q=100%25')).toEqual(['Beta 100%']);
  expect(await list('?q=%25')).toEqual(['Beta 100%']);
  expect((await http.get('/api/servers?page=0')).status).toBe(400);
  expect((await http.get('/api/servers?per_page=100000')).status).toBe(400);
});

it('adds the same port again for the same Idempotency-Key, and another one without', async () => {
  const add = (key?: string) =>
    asOwner.request<{ port: number }[]>('POST', `/api/servers/${server.uuid}/allocations`, {
      body: { count: 1 },
      ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    });
  const [first, repeated] = [await add('one-port'), await add('one-port')];
  expect([first.status, repeated.body]).toEqual([200, first.body]);
  expect((await add()).body).not.toEqual(first.body);
  expect((await asOwner.delete(`/api/servers/${server.uuid}/allocations/secondary`)).status).toBe(200);
});
