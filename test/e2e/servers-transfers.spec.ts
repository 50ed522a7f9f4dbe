import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import { FLAVOURS } from '../support/daemons.js';
import {
  addSubuser,
  createAdmin,
  createEgg,
  createNode,
  createServer,
  createStaff,
  createUser,
  openSession,
  PASSWORD,
} from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { deleteCopies, inState, openSite, whereabouts } from '../support/transfers.js';
import type { Site } from '../support/transfers.js';
import { until } from '../support/until.js';
import type { Flavour } from '../support/wings/types.js';

let panel: TestPanel;
let owner: TestUser;
let http: HttpClient;
let admin: HttpClient;
let egg: TestEgg;
const sites: Site[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '3600' } });
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  egg = await createEgg(panel);
});
afterEach(async () => {
  for (const { daemon } of sites.splice(0)) await daemon.crash();
});
afterAll(() => panel.close());

async function site(flavour: Flavour, settings: Parameters<typeof openSite>[2] = {}): Promise<Site> {
  const opened = await openSite(panel, flavour, settings);
  sites.push(opened);
  return opened;
}

/** A server that its daemon knows and that runs, on the first of two nodes. */
async function running(source: Site, values = {}): Promise<TestServer> {
  const server = await createServer(panel, { owner, node: source.node, egg }, { desiredPower: true, ...values });
  await source.daemon.crash();
  source.daemon.panelCalls.length = 0;
  await source.daemon.boot();
  await until('the reset was reported', () => source.daemon.panelCalls.some(({ path }) => path.endsWith('/reset')));
  source.daemon.setState(server.uuid, 'running');
  return server;
}

const move = (server: TestServer, target: { id: number }, as: HttpClient = admin) =>
  as.post<{ code?: string; error?: string }>(`/api/servers/${server.uuid}/transfer`, { targetNodeId: target.id });
const report = (
  site: { node: TestNode },
  server: TestServer,
  outcome: 'success' | 'failure',
  method: 'POST' | 'GET' = 'POST',
) => panel.as(site.node).request(method, `/api/remote/servers/${server.uuid}/transfer/${outcome}`);
const slow = { transferDelayMs: 60_000_000 };

it('takes backups along between wings-rs daemons, and waits for one that is being made', async () => {
  const [source, target] = [await site('rs'), await site('rs', { from: 29_990 })];
  const server = await running(source);
  source.daemon.setState(server.uuid, 'offline');
  const path = `/api/servers/${server.uuid}/backups`;
  const { uuid } = (await http.post<{ uuid: string }>(path, {})).body;
  const backup = () => panel.prisma.serverBackup.findUniqueOrThrow({ where: { uuid } });
  await until('the backup is made', async () => (await backup()).state === 'completed');
  const half = { serverUuid: server.uuid, nodeId: source.node.id, name: 'half' };
  const { uuid: made } = await panel.prisma.serverBackup.create({ data: half });
  expect((await move(server, target.node)).body).toMatchObject({ code: 'backups.running' });
  await panel.prisma.serverBackup.delete({ where: { uuid: made } });

  expect((await move(server, target.node)).body).toEqual({ success: true });
  await inState(panel, server.uuid, 'completed');
  expect(await backup()).toMatchObject({ nodeId: target.node.id, state: 'completed' });
  expect(target.daemon.disk.backups.has(uuid)).toBe(true);
  await until('the source has deleted its copy', () => !source.daemon.disk.backups.has(uuid));
  const link = await http.get<{ url: string }>(`${path}/${uuid}/download`);
  expect((await fetch(link.body.url)).status).toBe(200);
});

describe.each([
  ['go', 'go'],
  ['rs', 'rs'],
  ['go', 'rs'],
] as const)('a transfer from a %s daemon to a %s daemon', (from, to) => {
  it('brings the server with its files, ports and notes, and starts it there', async () => {
    const [source, target] = [await site(from), await site(to, { from: 29_990 })];
    const server = await running(source);
    source.daemon.server(server.uuid).files.write('/world/level.dat', Buffer.from('a world'));
    const own = await panel.prisma.allocation.findFirstOrThrow({ where: { serverUuid: server.uuid } });
    await panel.prisma.allocation.update({ where: { id: own.id }, data: { notes: 'game' } });
    await panel.prisma.allocation.create({
      data: { nodeId: source.node.id, ip: '203.0.113.7', port: 29_995, serverUuid: server.uuid, notes: 'query' },
    });

    expect((await move(server, target.node)).body).toEqual({ success: true });
    await inState(panel, server.uuid, 'completed');
    expect(await whereabouts(panel, server.uuid)).toEqual({
      nodeId: target.node.id,
      transferring: false,
      portsOn: [target.node.id],
      defaults: 1,
      state: 'completed',
      isActive: false,
    });
    const ports = await panel.prisma.allocation.findMany({ where: { serverUuid: server.uuid } });
    expect(ports.map(({ port, notes }) => [port, notes])).toContainEqual([29_995, 'query']);
    expect(await panel.prisma.allocation.count({ where: { nodeId: source.node.id, serverUuid: { not: null } } })).toBe(
      0,
    );
    await until('it runs on the target', () => target.daemon.server(server.uuid).state === 'running');
    expect(target.daemon.server(server.uuid).files.read('/world/level.dat')?.toString()).toBe('a world');
    expect(target.daemon.server(server.uuid).settings['allocations']).toMatchObject({
      default: { ip: '198.51.100.9' },
      mappings: { '198.51.100.9': expect.arrayContaining([29_995]) },
    });
    await deleteCopies(panel, source.node);
    expect(source.daemon.servers.has(server.uuid)).toBe(false);
    const shown = await http.get(`/api/servers/${server.uuid}/transfer`);
    expect([shown.status, shown.body]).toEqual([
      200,
      expect.objectContaining({ state: 'completed', reason: null, progress: null, endedAt: expect.any(String) }),
    ]);
    const actions = await panel.prisma.activityEntry.findMany({
      where: { targetId: server.uuid },
      orderBy: { id: 'asc' },
    });
    expect(actions.map(({ action }) => action)).toEqual(['server:transfer:start', 'server:transfer:complete']);
  }, 60_000);
});

describe.each(FLAVOURS)('a transfer between %s daemons', (flavour) => {
  it('counts once when every report is sent twice', async () => {
    const [source, target] = [await site(flavour), await site(flavour)];
    source.daemon.faults.repeatCallbacks = true;
    target.daemon.faults.repeatCallbacks = true;
    const server = await running(source);
    await move(server, target.node);
    await inState(panel, server.uuid, 'completed');
    await until('it runs on the target', () => target.daemon.server(server.uuid).state === 'running');
    const reports = target.daemon.panelCalls.filter(({ path }) => path.endsWith('/transfer/success'));
    expect(reports.map(({ status }) => status)).toEqual([204, 204]);
    expect(
      await panel.prisma.activityEntry.count({ where: { targetId: server.uuid, action: 'server:transfer:complete' } }),
    ).toBe(1);
    expect(await whereabouts(panel, server.uuid)).toMatchObject({ nodeId: target.node.id, portsOn: [target.node.id] });
  }, 60_000);

  it('can be cancelled: the server runs on at the source and nothing stays on the target', async () => {
    const [source, target] = [await site(flavour), await site(flavour, { options: { receiveDelayMs: 60_000_000 } })];
    const server = await running(source);
    await move(server, target.node);
    await inState(panel, server.uuid, 'receiving');
    expect((await admin.delete(`/api/servers/${server.uuid}/transfer`)).body).toEqual({ success: true });
    expect(await whereabouts(panel, server.uuid)).toEqual({
      nodeId: source.node.id,
      transferring: false,
      portsOn: [source.node.id],
      defaults: 1,
      state: 'cancelled',
      isActive: false,
    });
    await until('it runs again', () => source.daemon.server(server.uuid).state === 'running', { within: 40_000 });
    await deleteCopies(panel, target.node);
    await until('no copy is left', () => !target.daemon.servers.has(server.uuid));
    const again = await admin.delete<{ code: string }>(`/api/servers/${server.uuid}/transfer`);
    expect([again.status, again.body.code]).toEqual([409, 'transfers.none']);
  }, 60_000);

  it('fails when the source refuses it, with its reason, and the server runs on', async () => {
    const [source, target] = [await site(flavour), await site(flavour)];
    const server = await running(source);
    source.daemon.server(server.uuid).lock = 'restoring';
    await move(server, target.node);
    await inState(panel, server.uuid, 'failed');
    const shown = await http.get<{ reason: string }>(`/api/servers/${server.uuid}/transfer`);
    expect(shown.body.reason).toBe('The node is busy with this server');
    expect(await whereabouts(panel, server.uuid)).toMatchObject({ nodeId: source.node.id, portsOn: [source.node.id] });
  }, 60_000);

  it('tells of its progress, refuses everything else meanwhile, and both nodes may read the server', async () => {
    const [source, target] = [await site(flavour, { options: slow }), await site(flavour)];
    const server = await running(source);
    await move(server, target.node);
    await inState(panel, server.uuid, 'sending');
    const shown = await http.get<{ state: string; progress: object | null }>(`/api/servers/${server.uuid}/transfer`);
    expect(shown.body).toMatchObject({
      state: 'sending',
      sourceNode: { id: source.node.id, name: source.node.name },
      targetNode: { id: target.node.id, name: target.node.name },
      progress: flavour === 'rs' ? expect.objectContaining({ bytesTotal: 0 }) : null,
    });
    const url = `/api/servers/${server.uuid}`;
    const refused = [
      await http.post(`${url}/power`, { action: 'start' }),
      await http.post(`${url}/power`, { action: 'kill' }),
      await http.post(`${url}/reinstall`, {}),
      await http.delete(url),
      await admin.delete(`${url}?force=true`),
      await http.put(`${url}/startup`, { environment: { SERVER_JARFILE: 'other.jar' } }),
      await http.put(url, { memory: 2048 }),
      await http.post(`${url}/allocations`, { count: 1 }),
      await http.delete(`${url}/allocations/secondary`),
      await move(server, target.node),
    ];
    expect(refused.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual(
      refused.map(() => [409, 'servers.transferring']),
    );
    expect((await http.put(url, { name: 'Under way' })).status).toBe(200);
    const list = await http.get<{ uuid: string; transferring: boolean }[]>('/api/servers');
    expect(list.body.find(({ uuid }) => uuid === server.uuid)?.transferring).toBe(true);

    const configuration = async ({ node }: Site): Promise<unknown> => {
      const answer = await panel
        .as(node)
        .get<{ settings: { allocations: unknown } }>(`/api/remote/servers/${server.uuid}`);
      return answer.status === 200 ? answer.body.settings.allocations : answer.status;
    };
    const [here, there] = [await configuration(source), await configuration(target)];
    expect(here).toMatchObject({ default: { ip: '203.0.113.7' }, mappings: { '203.0.113.7': [expect.any(Number)] } });
    expect(there).toMatchObject({
      default: { ip: '198.51.100.9' },
      mappings: { '198.51.100.9': [expect.any(Number)] },
    });
    const booting = await panel.as(target.node).get<{ data: unknown[] }>('/api/remote/servers');
    expect(booting.body.data).toEqual([]);

    expect((await report(target, server, 'success')).status).toBe(204);
    expect([await configuration(source), await configuration(target)]).toEqual([404, there]);
    // What changed on the way was told to the source only.
    expect(await panel.prisma.server.findUniqueOrThrow({ where: { uuid: server.uuid } })).toMatchObject({
      syncPending: true,
    });
  }, 60_000);
});

describe('reports of the nodes', () => {
  /** A transfer of which only the panel knows. */
  async function underWay(): Promise<{ source: { node: TestNode }; target: { node: TestNode }; server: TestServer }> {
    const [source, target] = [{ node: await createNode(panel) }, { node: await createNode(panel) }];
    const server = await createServer(panel, { owner, node: source.node, egg });
    expect((await move(server, target.node)).status).toBe(200);
    return { source, target, server };
  }

  it('of success count from the target only, and once they have counted nothing else does', async () => {
    const { source, target, server } = await underWay();
    const stranger = { node: await createNode(panel) };
    expect((await report(stranger, server, 'success')).status).toBe(404);
    expect((await report(stranger, server, 'failure')).status).toBe(404);
    expect((await report(source, server, 'success')).status).toBe(409);
    expect((await whereabouts(panel, server.uuid)).isActive).toBe(true);
    expect((await report(target, server, 'success')).status).toBe(204);
    expect((await report(target, server, 'success')).status).toBe(204);
    expect((await report(target, server, 'failure')).status).toBe(204);
    expect((await report(source, server, 'failure')).status).toBe(204);
    expect((await report(source, server, 'success')).status).toBe(409);
    expect(await whereabouts(panel, server.uuid)).toMatchObject({ nodeId: target.node.id, state: 'completed' });
    const others = await panel
      .as(source.node)
      .post(`/api/remote/servers/${server.uuid}/install`, { successful: false });
    expect(others.status).toBe(404);
  });

  it('of failure count from either node, and a success after that is refused', async () => {
    for (const side of ['source', 'target'] as const) {
      const parts = await underWay();
      expect((await report(parts[side], parts.server, 'failure')).status).toBe(204);
      expect((await report(parts.source, parts.server, 'failure')).status).toBe(204);
      expect((await report(parts.target, parts.server, 'failure')).status).toBe(204);
      expect((await report(parts.target, parts.server, 'success')).status).toBe(409);
      expect(await whereabouts(panel, parts.server.uuid)).toMatchObject({
        nodeId: parts.source.node.id,
        portsOn: [parts.source.node.id],
        state: 'failed',
      });
    }
  });

  it('of success after a cancel are refused, and what the target has kept is deleted there', async () => {
    const { source, target, server } = await underWay();
    expect((await admin.delete(`/api/servers/${server.uuid}/transfer`)).status).toBe(200);
    expect((await report(target, server, 'success')).status).toBe(409);
    expect(await whereabouts(panel, server.uuid)).toMatchObject({ nodeId: source.node.id, state: 'cancelled' });
    const noted = { where: { serverUuid: server.uuid, nodeId: target.node.id } };
    expect(await panel.prisma.nodeServerDeletion.count(noted)).toBe(1);
    const again = await move(server, target.node);
    expect([again.status, again.body.code]).toEqual([409, 'transfers.copy_remains']);
  });

  it('come by GET from older daemons, with a null body or none', async () => {
    const first = await underWay();
    expect((await report(first.source, first.server, 'failure', 'GET')).status).toBe(204);
    const second = await underWay();
    const path = `/api/remote/servers/${second.server.uuid}/transfer/success`;
    expect((await panel.as(second.target.node).post(path, 'null')).status).toBe(204);
    expect((await report(second.target, second.server, 'success', 'GET')).status).toBe(204);
    const third = await underWay();
    const body = { backups: [], backup_migrations: {}, surprise: 1 };
    const answer = await panel.as(third.target.node).post(path.replace(second.server.uuid, third.server.uuid), body);
    expect(answer.status).toBe(204);
  });

  it('about a repeated arrival are accepted even when the server has set out again', async () => {
    const { target, server } = await underWay();
    await report(target, server, 'success');
    expect((await move(server, await createNode(panel))).status).toBe(200);
    expect((await report(target, server, 'success')).status).toBe(204);
    expect(await whereabouts(panel, server.uuid)).toMatchObject({ nodeId: target.node.id, isActive: true });
  });

  it('of a restart cancel the transfers of the node, on either side', async () => {
    for (const side of ['source', 'target'] as const) {
      const parts = await underWay();
      expect((await panel.as(parts[side].node).post('/api/remote/servers/reset')).status).toBe(204);
      expect(await whereabouts(panel, parts.server.uuid)).toMatchObject({
        nodeId: parts.source.node.id,
        portsOn: [parts.source.node.id],
        state: 'cancelled',
        transferring: false,
      });
    }
  });
});

describe('a transfer is refused', () => {
  const code = async (answer: ReturnType<typeof move>): Promise<[number, string | undefined]> => {
    const { status, body } = await answer;
    return [status, body.code];
  };

  it('to the same node, an unknown, closed, unhealthy or full one, and while the server is being installed', async () => {
    const [node, egg2] = [await createNode(panel), egg];
    const server = await createServer(panel, { owner, node, egg: egg2 });
    expect(await code(move(server, node))).toEqual([409, 'transfers.same_node']);
    expect(await code(move(server, { id: 999_999 }))).toEqual([404, 'nodes.not_found']);
    const closed = await createNode(panel, { deploymentsDisabled: true });
    expect(await code(move(server, closed))).toEqual([409, 'nodes.deployments_disabled']);
    const full = await createNode(panel, { memory: 1023 });
    expect(await code(move(server, full))).toEqual([409, 'nodes.full']);
    const sick = await createNode(panel);
    const states = [{ nodeId: sick.id, status: 'timeout' as const, responseMs: null, at: Date.now() }];
    panel.app.get(EventBus).publish('nodes.heartbeats', { states });
    expect(await code(move(server, sick))).toEqual([409, 'nodes.unhealthy']);
    const crowded = await createNode(panel);
    await panel.prisma.allocation.create({
      data: { nodeId: crowded.id, ip: '198.51.100.1', port: 1, serverUuid: server.uuid },
    });
    expect(await code(move(server, crowded))).toEqual([409, 'allocations.exhausted']);
    expect(await whereabouts(panel, server.uuid)).toMatchObject({ transferring: false, state: null });
    const installing = await createServer(panel, { owner, node, egg }, { installState: 'installing' });
    expect(await code(move(installing, await createNode(panel)))).toEqual([409, 'servers.installing']);
  });

  it('to those who do not hold transfer:execute by an assigned role', async () => {
    const [node, target] = [await createNode(panel), await createNode(panel)];
    const server = await createServer(panel, { owner, node, egg });
    expect((await move(server, target, http)).status).toBe(403);
    expect((await http.delete(`/api/servers/${server.uuid}/transfer`)).status).toBe(403);
    const holder = await createStaff(panel, ['transfer:execute', 'servers:read']);
    const holders = panel.as(await openSession(panel, holder));
    expect((await move(server, target, holders)).status).toBe(404);
    await addSubuser(panel, server, holder, ['*']);
    expect((await move(server, target, holders)).status).toBe(403);
    const own = await createServer(panel, { owner: holder, node, egg });
    expect((await move(own, target, holders)).status).toBe(200);
    const paid = await createNode(panel, { nodeType: 'paid' });
    const other = await createServer(panel, { owner: holder, node, egg });
    expect(await code(move(other, paid, holders))).toEqual([409, 'nodes.other_tier']);
  });

  it('and its target cannot be deleted while the server is under way', async () => {
    const [node, target] = [await createNode(panel), await createNode(panel)];
    const server = await createServer(panel, { owner, node, egg });
    await move(server, target);
    expect((await admin.delete(`/api/nodes/${target.id}`)).status).toBe(409);
    await admin.delete(`/api/servers/${server.uuid}/transfer`);
    expect((await admin.delete(`/api/nodes/${target.id}`)).status).toBe(200);
    expect((await http.get(`/api/servers/${server.uuid}`)).status).toBe(200);
  });
});

describe('after a transfer', () => {
  it('files are reached on the new node only, and what was open on the old one is closed', async () => {
    const [source, target] = [await site('rs'), await site('rs')];
    const server = await running(source);
    await move(server, target.node);
    await inState(panel, server.uuid, 'completed');
    const login = { type: 'password' as const, username: `${owner.email}.${server.shortId}`, password: PASSWORD };
    const on = async ({ node }: Site) => (await panel.as(node).post('/api/remote/sftp/auth', login)).status;
    expect([await on(target), await on(source)]).toEqual([200, 403]);
    const closed = await source.daemon.waitForCall(({ path }) => path === '/api/deauthorize-user', 30_000);
    expect(closed.body).toEqual({ user: owner.uuid, servers: [server.uuid] });
    const socket = await http.get<{ data?: { socket: string }; socket?: string }>(
      `/api/servers/${server.uuid}/websocket`,
    );
    expect(JSON.stringify(socket.body)).toContain(new URL(target.daemon.url).port);
  }, 60_000);
});
