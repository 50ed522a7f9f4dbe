import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAdmin,
  createAllocations,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { openSite } from '../support/transfers.js';
import type { Site } from '../support/transfers.js';
import { until } from '../support/until.js';

interface Drain {
  id: number;
  state: string;
  code?: string;
  progress: Record<string, number>;
  servers: { uuid: string; state: string; reason: string | null; targetNodeId: number | null }[];
}

let panel: TestPanel;
let owner: TestUser;
let http: HttpClient;
let admin: HttpClient;
let egg: TestEgg;
const sites: Site[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '3600', NODE_DRAIN_CONCURRENCY: '2' } });
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  egg = await createEgg(panel);
});
afterEach(async () => {
  for (const { daemon } of sites.splice(0)) await daemon.crash();
  await panel.prisma.node.updateMany({ data: { deploymentsDisabled: true } });
});
afterAll(() => panel.close());

async function site(
  ...settings: Parameters<typeof openSite> extends [TestPanel, ...infer Rest] ? Rest : never
): Promise<Site> {
  const opened = await openSite(panel, ...settings);
  sites.push(opened);
  return opened;
}

/** Servers of a node that its daemon knows. */
async function serversOn({ node, daemon }: Site, amount: number, values = {}): Promise<TestServer[]> {
  const servers: TestServer[] = [];
  for (let index = 0; index < amount; index += 1)
    servers.push(await createServer(panel, { owner, node, egg }, { desiredPower: true, ...values }));
  daemon.panelCalls.length = 0;
  await daemon.restart();
  await until('the reset was reported', () => daemon.panelCalls.some(({ path }) => path.endsWith('/reset')));
  return servers;
}

const start = ({ id }: TestNode, body: object = {}) => admin.post<Drain>(`/api/nodes/${id}/drain`, body);
const show = async ({ id }: TestNode): Promise<Drain> => (await admin.get<Drain>(`/api/nodes/${id}/drain`)).body;
const ended = (node: TestNode, state = 'completed'): Promise<Drain> =>
  until(
    `the drain is ${state}`,
    async () => {
      const drain = await show(node);
      return drain.state === state ? drain : undefined;
    },
    { within: 60_000, every: 100 },
  );
const onNode = ({ id }: { id: number }) => panel.prisma.server.count({ where: { nodeId: id } });

describe('a drain', () => {
  it('moves all servers to the named node, never more at a time than configured, and leaves maintenance on', async () => {
    const [source, target] = [await site('rs'), await site('rs')];
    const servers = await serversOn(source, 6);
    const started = await start(source.node, { targetNodeId: target.node.id });
    expect([started.status, started.body]).toEqual([
      200,
      expect.objectContaining({ state: 'running', progress: expect.objectContaining({ total: 6 }) }),
    ]);
    let most = 0;
    await until(
      'the drain is completed',
      async () => {
        const { state, progress } = await show(source.node);
        most = Math.max(most, Number(progress['moving']));
        return state === 'completed';
      },
      { within: 60_000 },
    );
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
    const done = await show(source.node);
    expect(done.progress).toEqual({ total: 6, waiting: 0, moving: 0, moved: 6, failed: 0, cancelled: 0 });
    expect(done.servers.every(({ targetNodeId }) => targetNodeId === target.node.id)).toBe(true);
    expect([await onNode(source.node), await onNode(target.node)]).toEqual([0, 6]);
    await until('they run there', () => servers.every(({ uuid }) => target.daemon.server(uuid).state === 'running'), {
      within: 40_000,
    });

    const refused = await http.post<{ error: string }>('/api/servers', {
      name: 'New',
      eggId: egg.id,
      nodeId: source.node.id,
    });
    expect([refused.status, refused.body.error]).toEqual([503, 'This node is under maintenance']);
    const back = await admin.post<Drain>(`/api/servers/${servers[0]!.uuid}/transfer`, { targetNodeId: source.node.id });
    expect([back.status, back.body.code]).toEqual([409, 'nodes.deployments_disabled']);
  }, 120_000);

  it('by itself fills the nodes that have room, and says which servers could not move and why', async () => {
    const [source, small] = [await site('go'), await site('go')];
    await panel.prisma.node.update({ where: { id: small.node.id }, data: { serverLimit: 2 } });
    const servers = await serversOn(source, 3);
    await start(source.node);
    const drain = await ended(source.node);
    expect(drain.progress).toMatchObject({ total: 3, moved: 2, failed: 1 });
    const [stuck] = drain.servers;
    expect(stuck).toMatchObject({ state: 'failed', reason: 'No nodes available', targetNodeId: null });
    expect([await onNode(source.node), await onNode(small.node)]).toEqual([1, 2]);
    expect(servers.map(({ uuid }) => uuid)).toContain(stuck?.uuid);

    await panel.prisma.node.update({ where: { id: small.node.id }, data: { serverLimit: 3 } });
    expect((await start(source.node)).status).toBe(200);
    expect((await ended(source.node)).progress).toMatchObject({ total: 1, moved: 1 });
  }, 120_000);

  it('waits for servers that are being installed, and takes those along that arrive late', async () => {
    const [source, other, target] = [await site('rs'), await site('rs'), await site('rs')];
    const [installing] = await serversOn(source, 1);
    const [late] = await serversOn(other, 1);
    await panel.prisma.server.update({ where: { uuid: installing!.uuid }, data: { installState: 'installing' } });
    other.daemon.options.transferDelayMs = 60_000_000;
    expect((await admin.post(`/api/servers/${late!.uuid}/transfer`, { targetNodeId: source.node.id })).status).toBe(
      200,
    );
    await start(source.node, { targetNodeId: target.node.id });
    await until(
      'it waits',
      async () => (await show(source.node)).servers[0]?.reason === 'The server is being installed',
    );
    expect((await show(source.node)).state).toBe('running');
    expect((await panel.as(source.node).post(`/api/remote/servers/${late!.uuid}/transfer/success`)).status).toBe(204);
    await panel
      .as(source.node)
      .post(`/api/remote/servers/${installing!.uuid}/install`, { successful: true, reinstall: false });
    // Nobody wakes it but the clock, which strikes once a minute.
    const drain = await until(
      'everything has been tried',
      async () => {
        const shown = await show(source.node);
        return shown.state === 'completed' ? shown : undefined;
      },
      { within: 150_000, every: 250 },
    );
    expect(drain.progress).toMatchObject({ total: 2, waiting: 0 });
    expect(drain.servers.find(({ uuid }) => uuid === installing!.uuid)?.state).toBe('moved');
    expect(drain.servers.some(({ uuid }) => uuid === late!.uuid)).toBe(true);
  }, 200_000);

  it('that is stopped lets go on what moves, and begins nothing more', async () => {
    const [source, target] = [await site('rs', { options: { transferDelayMs: 60_000_000 } }), await site('rs')];
    await serversOn(source, 4);
    await start(source.node, { targetNodeId: target.node.id });
    await until('two are on their way', async () => (await show(source.node)).progress['moving'] === 2);
    const stopped = await admin.delete<Drain>(`/api/nodes/${source.node.id}/drain`);
    expect(stopped.body).toMatchObject({ state: 'cancelled', progress: { moving: 2, cancelled: 2 } });
    expect((await admin.delete(`/api/nodes/${source.node.id}/drain`)).status).toBe(409);
    const [first] = stopped.body.servers.filter(({ state }) => state === 'moving');
    expect((await panel.as(target.node).post(`/api/remote/servers/${first!.uuid}/transfer/success`)).status).toBe(204);
    await until('it has moved', async () => (await show(source.node)).progress['moved'] === 1);
    expect((await show(source.node)).progress).toMatchObject({ moving: 1, moved: 1, cancelled: 2 });
    expect(await panel.prisma.serverTransfer.count({ where: { sourceNodeId: source.node.id } })).toBe(2);
  }, 120_000);

  it('is one a node, not onto itself, and 404 before the first', async () => {
    const [node, target] = [await createNode(panel), await createNode(panel)];
    await createAllocations(panel, target, { amount: 1 });
    await createServer(panel, { owner, node, egg });
    expect((await admin.get(`/api/nodes/${node.id}/drain`)).status).toBe(404);
    expect((await admin.get('/api/nodes/999999/drain')).status).toBe(404);
    expect((await start(node, { targetNodeId: node.id })).body.code).toBe('nodes.same_node');
    expect((await start(node, { targetNodeId: 999_999 })).status).toBe(404);
    const answers = await Promise.all(Array.from({ length: 10 }, () => start(node, { targetNodeId: target.id })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...(Array(9).fill(409) as number[])]);
    const empty = await createNode(panel);
    await start(empty);
    expect((await ended(empty)).progress['total']).toBe(0);
  }, 60_000);
});
