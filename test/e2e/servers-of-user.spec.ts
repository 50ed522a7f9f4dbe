import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  addSubuser,
  createAdmin,
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

interface Item {
  uuid: string;
  name: string;
  status: string;
  state: string;
  node: number;
  userId: number;
}

let panel: TestPanel;
let owner: TestUser;
let own: HttpClient;
let [node, egg]: [TestNode?, TestEgg?] = [];
let servers: TestServer[];
beforeAll(async () => {
  panel = await startPanel();
  [owner, node, egg] = [await createUser(panel), await createNode(panel), await createEgg(panel)];
  own = panel.as(await openSession(panel, owner));
  const parts = { owner, node, egg };
  servers = [await createServer(panel, parts, { state: 'running' }), await createServer(panel, parts)];
  const foreign = await createServer(panel, { ...parts, owner: await createUser(panel) });
  await addSubuser(panel, foreign, owner, ['console']);
});
afterAll(() => panel.close());

const uuids = (items: readonly { uuid: string }[]): string[] => items.map(({ uuid }) => uuid).sort();

it('the servers of an account are those it owns, in the form that clients know', async () => {
  const { body } = await own.get<Item[]>('/api/users/me/servers');
  expect(uuids(body)).toEqual(uuids(servers));
  expect(body.find(({ uuid }) => uuid === servers[0]?.uuid)).toMatchObject({
    name: servers[0]?.name,
    status: 'running',
    state: 'running',
    node: node?.id,
    userId: owner.id,
  });
  expect((await own.get(`/api/users/${owner.id}/servers`)).body).toEqual(body);
});

it('are seen by staff with users:read, and by nobody else', async () => {
  const staff = panel.as(await openSession(panel, await createStaff(panel, ['users:read'])));
  expect(uuids((await staff.get<Item[]>(`/api/users/${owner.id}/servers`)).body)).toEqual(uuids(servers));
  expect((await staff.get('/api/users/999999/servers')).status).toBe(404);
  const stranger = panel.as(await openSession(panel, await createUser(panel)));
  expect((await stranger.get(`/api/users/${owner.id}/servers`)).status).toBe(403);
});

it('are shown to a key that holds servers:read', async () => {
  const holding = panel.as(await createApiKey(panel, owner, { permissions: ['servers:read'] }));
  const without = panel.as(await createApiKey(panel, owner, { permissions: ['files:read'] }));
  expect((await holding.get<Item[]>('/api/users/me/servers')).body.length).toBe(2);
  expect((await without.get('/api/users/me/servers')).status).toBe(403);
});

it('cost one query, however many they are', async () => {
  await own.get('/api/users/me/servers');
  const statements = await statementsOf(panel, () => own.get('/api/users/me/servers'));
  expect(statements).toBe(1);
});

it('who deletes one is told by mail, unless his preferences say otherwise', async () => {
  const mailsAfter = async (settings: object): Promise<number> => {
    const admin = await createAdmin(panel, { settings: { ...settings } });
    const { uuid } = await createServer(panel, { owner: admin, node: node ?? { id: 0 }, egg: egg ?? { id: 0 } });
    const client = panel.as(await openSession(panel, admin));
    expect((await client.delete(`/api/servers/${uuid}?force=true`)).status).toBe(200);
    return panel.prisma.outboundMail.count({ where: { toAddress: admin.email, template: 'notification' } });
  };
  expect(await mailsAfter({})).toBe(1);
  expect(await mailsAfter({ notifications: { serverLifecycle: false } })).toBe(0);
});
