import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Jobs } from '../../src/common/jobs/jobs.service.js';
import {
  createAdmin,
  createEgg,
  createNode,
  createOrganisation,
  createServer,
  createStaff,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';
import { until } from '../support/until.js';

interface Row extends Record<string, unknown> {
  id: number;
  uuid: string;
  email: string;
  name: string;
}
interface Found {
  users: Row[];
  organisations: Row[];
  servers: Row[];
  nodes: Row[];
  eggs: Row[];
  orders: unknown[];
}
interface Job {
  name: string;
  cron: string | null;
  waiting: number;
  completed: number;
  failed: number;
  lastState: string | null;
  lastDurationMs: number | null;
  lastError: string | null;
}

let panel: TestPanel;
let admin: HttpClient;
let ada: TestUser;
let bob: TestUser;
let node: TestNode;
let lobby: TestServer;
let arena: TestServer;

const staffWith = async (...permissions: string[]): Promise<HttpClient> =>
  panel.as(await openSession(panel, await createStaff(panel, ['admin:access', ...permissions])));

beforeAll(async () => {
  panel = await startPanel();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  ada = await createUser(panel, { email: 'ada@lovelace.test', firstName: 'Ada', lastName: 'Lovelace' });
  bob = await createUser(panel, { email: 'bob@builder.test', firstName: 'Bob', lastName: '100%', suspended: true });
  node = await createNode(panel, { name: 'Zurich One' });
  const egg = await createEgg(panel, { name: 'Paper Special' });
  lobby = await createServer(panel, { owner: ada, node, egg }, { name: 'Lobby' });
  arena = await createServer(panel, { owner: bob, node: await createNode(panel), egg }, { name: 'Arena' });
  await createOrganisation(panel, ada, { name: 'Analytical Engines' });
});
afterAll(() => panel.close());

describe('the list of accounts', () => {
  const list = async (query: string) =>
    (await admin.get<{ users: Row[]; total: number; page: number; per: number }>(`/api/admin/users${query}`)).body;
  const emails = async (query: string) => (await list(query)).users.map(({ email }) => email);

  it('finds by address, by name in any case, by both names and by id', async () => {
    expect(await emails('?q=LOVELACE.test')).toEqual([ada.email]);
    expect(await emails('?search=ada')).toEqual([ada.email]);
    expect(await emails('?q=ada%20lovelace')).toEqual([ada.email]);
    expect(await emails(`?q=${bob.id}`)).toEqual([bob.email]);
    expect(await emails('?q=nobody-at-all')).toEqual([]);
  });

  it('takes wildcards of SQL as what they are', async () => {
    expect(await emails('?q=%25')).toEqual([bob.email]);
    expect(await emails('?q=a_a')).toEqual([]);
  });

  it('is filtered, sorted and paged', async () => {
    expect(await emails('?suspended=true')).toEqual([bob.email]);
    const all = await list('?sort=email&order=desc&per=200');
    expect(all.users.map(({ email }) => email)).toEqual(
      all.users
        .map(({ email }) => email)
        .sort()
        .reverse(),
    );
    const second = await list('?page=2&limit=1');
    expect(second).toMatchObject({ page: 2, per: 1, total: all.total });
    expect(second.users.map(({ id }) => id)).toEqual([all.users.map(({ id }) => id).sort((a, b) => a - b)[1]]);
    expect((await admin.get('/api/admin/users?sort=passwordHash')).status).toBe(400);
  });

  it('costs two statements whatever its size, and shows no secret', async () => {
    await list('');
    expect(await statementsOf(panel, () => list('?per=200'))).toBeLessThanOrEqual(6);
    const { password: _, ...row } = { password: '', ...(await list(`?q=${ada.id}`)).users[0] };
    expect(row).toMatchObject({ email: ada.email, passkeyCount: 0, twoFactorEnabled: false, supportBanned: false });
    expect(Object.keys(row).filter((key) => /hash|secret|token/i.test(key))).toEqual(['usesLegacyPasswordHash']);
  });
});

describe('a change of an account by staff', () => {
  const stored = (id: number) => panel.prisma.user.findUniqueOrThrow({ where: { id } });

  it('needs the right of each thing that it changes', async () => {
    const user = await createUser(panel);
    const editor = await staffWith('admin:user:edit');
    const path = `/api/admin/users/${user.id}`;
    expect((await editor.put(path, { firstName: 'New', portalType: 'paid' })).status).toBe(200);
    expect((await editor.put(path, { suspended: true })).status).toBe(403);
    expect((await editor.put(path, { supportBanned: true })).status).toBe(403);
    expect((await editor.put(path, { role: 'rootAdmin' })).status).toBe(403);
    expect(await stored(user.id)).toMatchObject({ firstName: 'New', portalType: 'paid', suspended: false, role: null });
    expect((await (await staffWith('users:write')).put(path, { firstName: 'Other' })).status).toBe(403);
  });

  it('suspends at once and bans from the support, and leaves what it does not name', async () => {
    const user = await createUser(panel);
    const own = panel.as(await openSession(panel, user));
    const body = { suspended: true, supportBanned: true, supportBanReason: 'spam' };
    expect((await admin.put(`/api/admin/users/${user.id}`, body)).body).toEqual({ success: true });
    expect((await own.get('/api/users/me')).status).not.toBe(200);
    await admin.put(`/api/admin/users/${user.id}`, { suspended: false, supportBanReason: '' });
    expect(await stored(user.id)).toMatchObject({ suspended: false, supportBanned: true, supportBanReason: null });
  });

  it('reaches nobody who holds more, nobody unknown, and takes no address that somebody has', async () => {
    const editor = await staffWith('admin:user:edit');
    const root = await createAdmin(panel);
    expect((await editor.put(`/api/admin/users/${root.id}`, { firstName: 'New' })).status).toBe(403);
    expect((await admin.put('/api/admin/users/999999', { firstName: 'New' })).status).toBe(404);
    expect((await admin.put(`/api/admin/users/${bob.id}`, { email: ada.email })).status).toBe(409);
    expect((await admin.put(`/api/admin/users/${bob.id}`, { email: 'nonsense' })).status).toBe(400);
  });
});

describe('the list of servers', () => {
  const list = async (query: string) =>
    (await admin.get<{ servers: Row[]; total: number }>(`/api/admin/servers${query}`)).body;
  const names = async (query: string) => (await list(query)).servers.map(({ name }) => name);

  it('finds by name, by the beginning of the uuid, by node and by owner', async () => {
    expect(await names('?q=lobb')).toEqual(['Lobby']);
    expect(await names(`?q=${arena.uuid.slice(0, 8)}`)).toEqual(['Arena']);
    expect(await names('?q=zurich')).toEqual(['Lobby']);
    expect(await names('?q=builder.test')).toEqual(['Arena']);
  });

  it('is filtered, sorted and paged', async () => {
    expect(await names(`?nodeId=${node.id}`)).toEqual(['Lobby']);
    expect(await names(`?userId=${bob.id}`)).toEqual(['Arena']);
    expect(await names('?suspended=true')).toEqual([]);
    expect(await names('?sort=name')).toEqual(['Arena', 'Lobby']);
    expect(await names('?sort=name&order=desc&page=2&per=1')).toEqual(['Arena']);
    expect(await list('?per=1')).toMatchObject({ total: 2, page: 1, per: 1 });
    expect((await list('?q=lobby')).servers[0]).toMatchObject({
      owner: ada.email,
      userId: ada.id,
      nodeName: node.name,
    });
  });
});

describe('lists that clients know as bare arrays', () => {
  const names = async (path: string) => (await admin.get<Row[]>(path)).body.map(({ name }) => name);

  it('of nodes are searched, paged and turned round when the query says so', async () => {
    const all = await names('/api/admin/nodes');
    expect(all).toHaveLength(2);
    expect(await names('/api/admin/nodes?q=ZURICH')).toEqual([node.name]);
    expect(await names('/api/admin/nodes?order=desc&per=1&page=2')).toEqual([node.name]);
    expect((await admin.get('/api/admin/nodes?per=0')).status).toBe(400);
  });

  it('of eggs and roles too', async () => {
    expect(await names('/api/admin/eggs?q=special')).toEqual(['Paper Special']);
    expect(await names('/api/admin/eggs?q=%25')).toEqual([]);
    expect(await names('/api/roles?q=efaul')).toEqual(['default']);
    expect(await names('/api/roles?per=1')).toHaveLength(1);
  });
});

describe('the search', () => {
  const search = async (q: string, client = admin) =>
    (await client.get<Found>(`/api/admin/search?q=${encodeURIComponent(q)}`)).body;

  it('finds each kind of thing', async () => {
    expect((await search('lovelace')).users).toMatchObject([{ id: ada.id, email: ada.email }]);
    expect((await search('engines')).organisations).toMatchObject([{ name: 'Analytical Engines', ownerId: ada.id }]);
    expect((await search('lobby')).servers).toMatchObject([
      { uuid: lobby.uuid, name: 'Lobby', nodeName: node.name, userId: ada.id },
    ]);
    expect((await search('zurich')).nodes).toMatchObject([{ id: node.id }]);
    expect((await search('special')).eggs).toMatchObject([{ name: 'Paper Special' }]);
    expect((await search(lobby.uuid)).servers).toMatchObject([{ uuid: lobby.uuid }]);
  });

  it('shows the first of everything when nothing is looked for', async () => {
    const found = await search('');
    expect([found.servers.length, found.nodes.length > 0, found.orders]).toEqual([2, true, []]);
  });

  it('shows nobody what he may not read', async () => {
    const empty = { users: [], organisations: [], servers: [], nodes: [], eggs: [] };
    expect(await search('', await staffWith())).toMatchObject(empty);
    const found = await search('', await staffWith('nodes:read'));
    expect(found).toMatchObject({ ...empty, nodes: expect.any(Array) });
    expect(found.nodes.length).toBeGreaterThan(0);
  });

  it('asks the database once for each kind', async () => {
    await search('lobby');
    expect(await statementsOf(panel, () => search('lobby'))).toBeLessThanOrEqual(7);
  });
});

describe('background jobs', () => {
  const jobs = async () => (await admin.get<Job[]>('/api/admin/jobs')).body;
  const job = async (name: string) => (await jobs()).find((kind) => kind.name === name);

  it('are listed, also those that never ran', async () => {
    expect((await jobs()).map(({ name }) => name)).toEqual(
      panel.app
        .get(Jobs)
        .kinds()
        .map(({ name }) => name),
    );
    expect(await job('panel.retention')).toMatchObject({ cron: '41 * * * *' });
  });

  it('run now when staff asks, and tell how it went', async () => {
    expect((await admin.post('/api/admin/jobs/panel.retention/run')).status).toBe(200);
    await until('the job has run', async () => (await job('panel.retention'))?.lastState === 'completed');
    expect((await job('panel.retention'))?.lastDurationMs).toBeGreaterThanOrEqual(0);
    const runs = (await admin.get<Record<string, unknown>[]>('/api/admin/jobs/panel.retention/runs')).body;
    expect(runs[0]).toMatchObject({ state: 'completed', error: null });
    expect(Object.keys(runs[0] ?? {})).not.toContain('data');
    expect(await panel.prisma.activityEntry.count({ where: { action: 'admin:job:run' } })).toBe(1);
  });

  it('that fail say why', async () => {
    await panel.app.get(Jobs).enqueue('node.reboot', { operationId: 'no-uuid' });
    await panel.database.executeSql(
      `UPDATE pgboss.job SET state = 'failed', started_on = now(), completed_on = now(), output = '{"message":"no such thing"}'
       WHERE name = 'node.reboot'`,
    );
    expect(await job('node.reboot')).toMatchObject({ failed: 1, lastState: 'failed', lastError: 'no such thing' });
  });

  it('that are about something cannot be started, and unknown ones do not exist', async () => {
    expect((await admin.post('/api/admin/jobs/mail.deliver/run')).status).toBe(409);
    expect((await admin.post('/api/admin/jobs/nonsense/run')).status).toBe(404);
    expect((await admin.get('/api/admin/jobs/nonsense/runs')).status).toBe(404);
  });
});
