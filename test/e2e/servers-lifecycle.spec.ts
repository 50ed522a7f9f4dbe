import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { announce, daemonOf, FLAVOURS } from '../support/daemons.js';
import {
  createAdmin,
  createAllocations,
  createEgg,
  createNode,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestEgg, TestNode, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';
import type { Flavour } from '../support/wings/types.js';

interface Created {
  uuid: string;
  id: string;
  nodeId: number;
  name: string;
  status: string;
  gambling: null;
}

let panel: TestPanel;
let owner: TestUser;
let http: HttpClient;
let admin: HttpClient;
let egg: TestEgg;
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '1' } });
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  egg = await createEgg(panel);
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.crash();
  await panel.prisma.allocation.deleteMany();
  await panel.prisma.server.deleteMany();
});
afterAll(() => panel.close());

/** A node with free ports and its running daemon. */
async function runningNode(flavour: Flavour, ports = 3): Promise<{ node: TestNode; daemon: SimulatedWings }> {
  const node = await createNode(panel);
  if (ports > 0) await createAllocations(panel, node, { amount: ports });
  const daemon = daemonOf(panel, node, flavour);
  daemons.push(daemon);
  await daemon.boot();
  await announce(panel, node, daemon);
  return { node, daemon };
}

const create = async (node: TestNode, values: object = {}): Promise<Created> => {
  const answer = await http.post<Created>('/api/servers', { name: 'Lobby', eggId: egg.id, nodeId: node.id, ...values });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body;
};

const row = (uuid: string) =>
  panel.prisma.server.findUniqueOrThrow({ where: { uuid }, include: { allocations: true } });
const installed = (uuid: string) =>
  until('the server is installed', async () => (await row(uuid)).installState === 'installed');

describe.each(FLAVOURS)('a server on a %s daemon', (flavour) => {
  it('is created, installed, started, stopped and deleted', async () => {
    const { node, daemon } = await runningNode(flavour);
    const created = await create(node);
    expect(created).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      id: created.uuid,
      nodeId: node.id,
      name: 'Lobby',
      status: 'installing',
      gambling: null,
    });
    expect((await row(created.uuid)).allocations).toHaveLength(1);
    await installed(created.uuid);
    await until('it starts by itself', () => daemon.server(created.uuid).state === 'running');

    for (const [action, state] of [
      ['stop', 'offline'],
      ['start', 'running'],
      ['restart', 'running'],
      ['kill', 'offline'],
    ] as const) {
      const answer = await http.post(`/api/servers/${created.uuid}/power`, { action });
      expect([answer.status, answer.body]).toEqual([200, { success: true }]);
      await until(`it is ${state} after ${action}`, () => daemon.server(created.uuid).state === state);
      expect((await row(created.uuid)).desiredPower).toBe(state === 'running');
    }

    const deleted = await http.delete(`/api/servers/${created.uuid}`);
    expect([deleted.status, deleted.body]).toEqual([200, { success: true }]);
    expect(daemon.servers.has(created.uuid)).toBe(false);
    expect(await panel.prisma.server.count({ where: { uuid: created.uuid } })).toBe(0);
    expect(
      await panel.prisma.allocation.count({ where: { nodeId: node.id, serverUuid: null, isDefault: false } }),
    ).toBe(3);
    expect((await http.get(`/api/servers/${created.uuid}`)).status).toBe(404);
  });

  it('shows in lists what its node told last, also when the node is away', async () => {
    const { node, daemon } = await runningNode(flavour);
    const { uuid } = await create(node);
    await installed(uuid);
    const seen = await until('the list says that it runs', async () => {
      const [item] = (await http.get<{ uuid: string; status: string; resources: object }[]>('/api/servers')).body;
      return item?.status === 'running' ? item : undefined;
    });
    expect(seen).toMatchObject({ uuid, resources: { memory_bytes: expect.any(Number), network: expect.any(Object) } });
    await daemon.crash();
    await panel.prisma.node.update({ where: { id: node.id }, data: { nextProbeAt: new Date() } });
    await until('the list says that it cannot know', async () => {
      const [item] = (await http.get<{ status: string; resources: unknown }[]>('/api/servers')).body;
      return item?.status === 'unknown' && item.resources === null;
    });
    const stats = await http.get<{ memory_bytes: number }>(`/api/servers/${uuid}/stats`);
    expect([stats.status, stats.body]).toEqual([200, expect.objectContaining({ disk_bytes: expect.any(Number) })]);
  });

  it('hands out its console, takes commands and is installed again', async () => {
    const { node, daemon } = await runningNode(flavour);
    const { uuid } = await create(node);
    await installed(uuid);
    await until('it runs', () => daemon.server(uuid).state === 'running');
    expect((await http.post(`/api/servers/${uuid}/commands`, { command: 'say hello' })).body).toEqual({
      success: true,
    });
    const lines = await http.get<string[]>(`/api/servers/${uuid}/logs?lines=5`);
    expect(lines.body).toContain('[Server thread/INFO]: executed say hello');

    const again = await http.post(`/api/servers/${uuid}/reinstall`, {});
    expect([again.status, again.body]).toEqual([200, { success: true }]);
    const twice = await http.post(`/api/servers/${uuid}/reinstall`, {});
    expect([200, 409]).toContain(twice.status);
    await installed(uuid);
    const activity = await http.get<{ action: string }[]>(`/api/servers/${uuid}/activity`);
    expect(activity.body.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['server:create', 'server:console:command', 'server:reinstall', 'wings:install:complete']),
    );
    expect(activity.text).not.toContain('passwordHash');
    const bounded = await http.get<object[]>(`/api/servers/${uuid}/activity?limit=100000&offset=-1`);
    expect([bounded.status, bounded.body.slice(-activity.body.length)]).toEqual([200, activity.body]);
    const paged = await http.get<object[]>(`/api/servers/${uuid}/logs?limit=2&offset=1`);
    expect([paged.status, paged.body]).toEqual([200, Array(2).fill(expect.objectContaining({ targetId: uuid }))]);
  });

  it('keeps nothing when the daemon fails', async () => {
    const { node, daemon } = await runningNode(flavour, 1);
    daemon.faults.status500 = '/api/servers';
    const refused = await http.post('/api/servers', { name: 'Broken', eggId: egg.id, nodeId: node.id });
    expect(refused.status).toBe(502);
    expect(await panel.prisma.server.count({ where: { nodeId: node.id } })).toBe(0);
    expect(await panel.prisma.allocation.count({ where: { nodeId: node.id, serverUuid: null } })).toBe(1);
    daemon.faults.clear();
    await create(node);
  });

  it('leaves no orphan on a daemon that did the work but lost the answer', async () => {
    const { node, daemon } = await runningNode(flavour, 1);
    daemon.faults.dropResponseAfterWork = '/api/servers';
    const lost = await http.post('/api/servers', { name: 'Lost', eggId: egg.id, nodeId: node.id });
    expect([502, 504]).toContain(lost.status);
    daemon.faults.clear();
    await until('the orphan is gone', () => daemon.servers.size === 0, { within: 40_000 });
    expect(await panel.prisma.server.count({ where: { nodeId: node.id } })).toBe(0);
  }, 60_000);

  it('takes over changes at once, and later when the daemon was away', async () => {
    const { node, daemon } = await runningNode(flavour);
    const { uuid } = await create(node);
    await installed(uuid);
    expect((await http.put(`/api/servers/${uuid}`, { name: 'Arena', memory: 2048 })).body).toEqual({ success: true });
    expect(daemon.server(uuid).settings).toMatchObject({ meta: { name: 'Arena' }, build: { memory_limit: 2048 } });
    daemon.faults.refuseConnections = true;
    expect((await http.put(`/api/servers/${uuid}`, { name: 'Hall' })).status).toBe(200);
    expect((await row(uuid)).syncPending).toBe(true);
    daemon.faults.clear();
    const nameOnDaemon = () => (daemon.server(uuid).settings['meta'] as { name: string }).name;
    await until('the daemon knows the new name', () => nameOnDaemon() === 'Hall', { within: 40_000 });
    await until('nothing is pending', async () => !(await row(uuid)).syncPending, { within: 40_000 });
  }, 60_000);
});

describe('a daemon that returns', () => {
  it('starts what should run, fetches what changed and deletes what was deleted', async () => {
    const { node, daemon } = await runningNode('rs');
    const [kept, removed] = [await create(node), await create(node, { name: 'Doomed' })];
    await installed(kept.uuid);
    await installed(removed.uuid);
    await daemon.crash();
    const owners = await http.delete(`/api/servers/${removed.uuid}`);
    expect([502, 504]).toContain(owners.status);
    expect((await http.delete(`/api/servers/${removed.uuid}?force=true`)).status).toBe(403);
    expect((await admin.delete(`/api/servers/${removed.uuid}?force=true`)).body).toEqual({ success: true });
    daemon.options.clockScale = 0;
    await daemon.boot();
    await until('the deleted one is gone', () => !daemon.servers.has(removed.uuid), { within: 45_000 });
    await until('the other one runs', () => daemon.server(kept.uuid).state === 'running', { within: 45_000 });
  }, 90_000);
});

describe('an imported egg', () => {
  it('reaches the daemon as files with values, without the daemon’s secrets', async () => {
    const { node, daemon } = await runningNode('go');
    const json = JSON.parse(readFileSync('test/support/eggs/paper.json', 'utf8')) as Record<string, unknown>;
    const imported = await admin.post<{ id: number }>('/api/admin/eggs/import', { json });
    expect(imported.status).toBe(201);
    const environment = { MAX_PLAYERS: '42', MINECRAFT_VERSION: '{{config.token}}', BUILD_NUMBER: 'mine' };
    const { uuid } = await create(node, { eggId: imported.body.id, environment });
    const { settings, processConfiguration } = daemon.server(uuid);
    const port = String((await row(uuid)).allocations[0]?.port);
    expect(processConfiguration.configs?.[0]).toMatchObject({
      file: 'server.properties',
      replace: expect.arrayContaining([
        { match: 'server-port', replace_with: port },
        { match: 'max-players', replace_with: '42' },
      ]),
    });
    expect(settings['environment']).toMatchObject({
      SERVER_JARFILE: 'server.jar',
      BUILD_NUMBER: 'latest',
      P_SERVER_UUID: uuid,
      MINECRAFT_VERSION: 'config.token}}',
    });
    expect(JSON.stringify({ settings, processConfiguration })).not.toContain('{{config.token');
  });
});
