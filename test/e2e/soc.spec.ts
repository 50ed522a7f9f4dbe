import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiUsage } from '../../src/identity/usage/api-usage.service.js';
import { Soc } from '../../src/servers/soc/soc.service.js';
import {
  addMember,
  addSubuser,
  createAdmin,
  createApiKey,
  createEgg,
  createNode,
  createOrganisation,
  createServer,
  createStaff,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface Entry {
  id: number;
  serverId: string;
  metrics: object;
  timestamp: string;
}

let panel: TestPanel;
let admin: HttpClient;
let owner: TestUser;
let client: HttpClient;
let nodeId: number;
let mine: TestServer;
let foreign: TestServer;

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));

beforeAll(async () => {
  panel = await startPanel();
  admin = await as(await createAdmin(panel));
});
beforeEach(async () => {
  owner = await createUser(panel);
  client = await as(owner);
  const parts = { node: await createNode(panel), egg: await createEgg(panel) };
  nodeId = parts.node.id;
  mine = await createServer(panel, { ...parts, owner });
  foreign = await createServer(panel, { ...parts, owner: await createUser(panel) });
});
afterAll(() => panel.close());

const report = (who: HttpClient, serverId: unknown, metrics: unknown = { cpu: 1 }) =>
  who.post<{ success: boolean; entry: Entry }>('/api/soc/data', { serverId, metrics });
const overview = async (who: HttpClient): Promise<string[]> =>
  (await who.get<Entry[]>('/api/soc/overview')).body.map(({ serverId }) => serverId);

describe('the use of the API by an organisation', () => {
  it('is that of its members together, told to them and to staff', async () => {
    const { id } = await createOrganisation(panel, owner);
    const colleague = await createUser(panel);
    await addMember(panel, { id }, colleague);
    const [member, stranger] = [await as(colleague), await as(await createUser(panel))];
    for (const [who, times] of [
      [client, 3],
      [member, 2],
      [stranger, 4],
    ] as const) {
      for (let time = 0; time < times; time += 1) await who.get('/api/soc/overview');
    }
    await panel.app.get(ApiUsage).flush();
    const path = `/api/soc/usage/org/${id}`;
    const expected = { endpoint: 'GET /api/soc/overview', count: 5 };
    for (const who of [client, member, await as(await createStaff(panel, ['soc:read'])), admin]) {
      const { status, body } = await who.get(path);
      expect([status, body]).toEqual([200, expect.arrayContaining([expected])]);
    }
    expect((await stranger.get(path)).status).toBe(403);
    for (const unknown of ['999999', '0', 'mine']) {
      expect((await client.get(`/api/soc/usage/org/${unknown}`)).status).toBe(404);
    }
  });
});

describe('figures of servers', () => {
  it('are shown to those who have to do with the server, newest first, at once', async () => {
    expect(await overview(client)).toEqual([]);
    const { status, body } = await report(client, mine.uuid.toUpperCase(), { cpu: 5, nested: { a: [1] } });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      entry: {
        id: expect.any(Number),
        serverId: mine.uuid,
        metrics: { cpu: 5, nested: { a: [1] } },
        timestamp: expect.any(String),
      },
    });
    await report(admin, foreign.uuid);
    await report(client, mine.uuid, { cpu: 6 });
    const entries = (await client.get<Entry[]>('/api/soc/overview')).body;
    expect(entries.map(({ metrics }) => metrics)).toEqual([{ cpu: 6 }, { cpu: 5, nested: { a: [1] } }]);
    const friend = await createUser(panel);
    await addSubuser(panel, mine, friend, ['console']);
    const invited = await createUser(panel);
    await addSubuser(panel, mine, invited, ['console'], false);
    expect(await overview(await as(friend))).toEqual([mine.uuid, mine.uuid]);
    expect(await overview(await as(invited))).toEqual([]);
    const staff = await as(await createStaff(panel, ['soc:read']));
    expect(await overview(staff)).toEqual(expect.arrayContaining([mine.uuid, foreign.uuid]));
  });

  it('are at most 200 of the own servers and 500 of everything', async () => {
    const many = Array.from({ length: 600 }, () => ({ serverId: mine.uuid, metrics: {} }));
    await panel.prisma.socData.createMany({ data: many });
    // A report drops what is kept for some seconds.
    await report(client, mine.uuid);
    expect(await overview(client)).toHaveLength(200);
    expect(await overview(await as(await createStaff(panel, ['soc:read'])))).toHaveLength(500);
  });

  it('are taken from people for their own servers only, and of nodes from staff only', async () => {
    expect((await report(client, foreign.uuid)).status).toBe(404);
    expect((await report(client, `node:${nodeId}`)).status).toBe(404);
    expect((await report(admin, `node:${nodeId}`)).status).toBe(200);
    expect((await report(admin, 'node:999999')).status).toBe(404);
    expect((await report(admin, 'node:9999999999')).status).toBe(404);
    expect((await report(admin, randomUUID())).status).toBe(404);
    expect(await panel.prisma.socData.count({ where: { serverId: foreign.uuid } })).toBe(0);
  });

  it.each([
    ['no server', undefined, {}],
    ['an odd server', 'x', {}],
    ['no figures', 'mine', null],
    ['a list of figures', 'mine', []],
    ['too much', 'mine', { text: 'x'.repeat(70_000) }],
  ])('are refused with %s', async (_what, serverId, metrics) => {
    expect((await report(client, serverId === 'mine' ? mine.uuid : serverId, metrics)).status).toBe(400);
  });

  it('are noted from what nodes told of running servers', async () => {
    const data = { state: 'running', resources: { cpu_absolute: 7 }, stateAt: new Date() };
    await panel.prisma.server.update({ where: { uuid: mine.uuid }, data });
    await panel.prisma.server.update({ where: { uuid: foreign.uuid }, data: { ...data, stateAt: new Date(0) } });
    await panel.app.get(Soc).sample();
    expect(await panel.prisma.socData.findMany({ where: { serverId: mine.uuid } })).toMatchObject([
      { metrics: { cpu_absolute: 7 } },
    ]);
    expect(await panel.prisma.socData.count({ where: { serverId: foreign.uuid } })).toBe(0);
  });
});

describe('the use of the API', () => {
  const flush = () => panel.app.get(ApiUsage).flush();
  const usageOf = async (who: HttpClient, id: number | string = 'me') =>
    (await who.get<{ endpoint: string; count: number }[]>(`/api/soc/usage/user/${id}`)).body;
  const endpoint = 'GET /api/servers/:id';

  it('is counted by route, in sessions and by keys, and adds up', async () => {
    const key = panel.as(await createApiKey(panel, owner, { permissions: ['*'] }));
    await client.get(`/api/servers/${mine.uuid}`);
    await key.get(`/api/servers/${mine.uuid}`);
    await flush();
    await client.get(`/api/servers/${foreign.uuid}`);
    await client.get('/api/nowhere');
    await flush();
    expect(await usageOf(client)).toEqual([{ endpoint, count: 3 }]);
    expect(await usageOf(admin, owner.id)).toEqual([{ endpoint, count: 3 }]);
  });

  it('costs requests no statement, however many there are', async () => {
    await Promise.all(Array.from({ length: 50 }, () => client.get('/api/eggs')));
    expect(await panel.prisma.apiUsage.count({ where: { userId: owner.id } })).toBe(0);
    const before = panel.database.statements;
    await flush();
    expect(panel.database.statements - before).toBeLessThanOrEqual(2);
    expect(await usageOf(client)).toEqual([{ endpoint: 'GET /api/eggs', count: 50 }]);
  });

  it('of 20 flushes at once loses and doubles nothing', async () => {
    const usage = panel.app.get(ApiUsage);
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await client.get('/api/eggs');
        await usage.flush();
      }),
    );
    await flush();
    expect(await usageOf(client)).toEqual([{ endpoint: 'GET /api/eggs', count: 20 }]);
  });

  it('of others is for holders of soc:read', async () => {
    const other = await createUser(panel);
    expect((await client.get(`/api/soc/usage/user/${other.id}`)).status).toBe(403);
    expect((await client.get('/api/soc/usage/user/999999')).status).toBe(403);
    const staff = await as(await createStaff(panel, ['soc:read']));
    expect((await staff.get(`/api/soc/usage/user/${other.id}`)).status).toBe(200);
  });
});
