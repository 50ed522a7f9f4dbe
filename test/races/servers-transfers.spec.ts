import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TransferSweep } from '../../src/servers/transfers/transfer-sweep.service.js';
import {
  createAdmin,
  createAllocations,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { ServerParts, TestNode, TestServer } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { whereabouts } from '../support/transfers.js';

const MANY = 50;
const ROUNDS = 12;
let panel: TestPanel;
let admin: HttpClient;
let parts: Omit<ServerParts, 'node'>;

beforeAll(async () => {
  panel = await startPanel();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  parts = { owner: await createUser(panel), egg: await createEgg(panel) };
});
afterAll(() => panel.close());

const server = (node: TestNode): Promise<TestServer> => createServer(panel, { ...parts, node });
const move = async ({ uuid }: TestServer, { id }: TestNode): Promise<number> =>
  (await admin.post(`/api/servers/${uuid}/transfer`, { targetNodeId: id })).status;
const cancel = async ({ uuid }: TestServer): Promise<number> =>
  (await admin.delete(`/api/servers/${uuid}/transfer`)).status;
const report = async (node: TestNode, { uuid }: TestServer, outcome: 'success' | 'failure'): Promise<number> =>
  (await panel.as(node).post(`/api/remote/servers/${uuid}/transfer/${outcome}`)).status;
const reset = async (node: TestNode): Promise<number> =>
  (await panel.as(node).post('/api/remote/servers/reset')).status;
const count = (statuses: readonly number[], status: number): number => statuses.filter((one) => one === status).length;

/** One node, one set of ports, one final state that agrees with them. */
async function expectOneEnd(moved: TestServer, source: TestNode, target: TestNode): Promise<string | null> {
  const end = await whereabouts(panel, moved.uuid);
  const home = end.state === 'completed' ? target.id : source.id;
  expect(end).toEqual({
    nodeId: home,
    transferring: false,
    portsOn: [home],
    defaults: 1,
    state: expect.stringMatching(/^(completed|failed|cancelled)$/),
    isActive: false,
  });
  const closing = {
    targetId: moved.uuid,
    action: { in: ['complete', 'failed', 'cancelled'].map((what) => `server:transfer:${what}`) },
  };
  expect(await panel.prisma.activityEntry.count({ where: closing })).toBe(1);
  expect(await panel.prisma.nodeServerDeletion.count({ where: { serverUuid: moved.uuid, nodeId: home } })).toBe(0);
  return end.state;
}

it('of 50 transfers of one server to several nodes exactly one begins', async () => {
  const [source, ...targets] = await Promise.all(Array.from({ length: 6 }, () => createNode(panel)));
  await Promise.all(targets.map((target) => createAllocations(panel, target, { amount: 2 })));
  const moved = await server(source!);
  const statuses = await Promise.all(Array.from({ length: MANY }, (_, index) => move(moved, targets[index % 5]!)));
  expect([count(statuses, 200), count(statuses, 409)]).toEqual([1, MANY - 1]);
  expect(await panel.prisma.serverTransfer.count({ where: { serverUuid: moved.uuid } })).toBe(1);
  const claimed = await panel.prisma.allocation.count({
    where: { serverUuid: moved.uuid, nodeId: { in: targets.map(({ id }) => id) } },
  });
  expect(claimed).toBe(1);
}, 60_000);

it.each([
  ['the number of servers', { serverLimit: 3 }, MANY],
  ['memory', { memory: 3 * 1024 }, MANY],
  ['free ports', {}, 3],
])(
  '50 servers that set out for a node with place for three by %s: three do',
  async (_what, capacity, ports) => {
    const [source, target] = [await createNode(panel), await createNode(panel, capacity)];
    await createAllocations(panel, target, { amount: ports });
    const servers: TestServer[] = [];
    for (let index = 0; index < MANY; index += 1) servers.push(await server(source));
    const statuses = await Promise.all(servers.map((one) => move(one, target)));
    expect([count(statuses, 200), count(statuses, 409)]).toEqual([3, MANY - 3]);
    expect(await panel.prisma.serverTransfer.count({ where: { targetNodeId: target.id } })).toBe(3);
    expect(await panel.prisma.server.count({ where: { nodeId: source.id, transferring: true } })).toBe(3);
    expect(await panel.prisma.allocation.count({ where: { nodeId: target.id, serverUuid: { not: null } } })).toBe(3);
    const newcomer = await admin.post('/api/servers', { name: 'New', eggId: parts.egg.id, nodeId: target.id });
    expect(newcomer.status).toBe(503);
  },
  120_000,
);

describe('a transfer whose ends come at the same moment', () => {
  it('has one of them, whichever comes first', async () => {
    const seen = new Set<string | null>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const [source, target] = [await createNode(panel), await createNode(panel)];
      await createAllocations(panel, target, { amount: 1 });
      const moved = await server(source);
      expect(await move(moved, target)).toBe(200);
      await panel.prisma.serverTransfer.updateMany({
        where: { serverUuid: moved.uuid },
        data: { state: 'sending', orders: 1 },
      });
      const ends = [
        () => report(target, moved, 'success'),
        () => cancel(moved),
        () => report(source, moved, 'failure'),
        () => report(target, moved, 'failure'),
        () => reset(source),
      ];
      // Every other round one of them has the start of the others, so that each wins some time.
      if (round % 2 === 0) await ends[(round / 2) % ends.length]!();
      const outcomes = await Promise.all([...ends, ...ends].map((end) => end()));
      expect(outcomes.filter((outcome) => ![200, 204, 409].includes(outcome))).toEqual([]);
      seen.add(await expectOneEnd(moved, source, target));
      expect(await report(source, moved, 'failure')).toBe(204);
      await expectOneEnd(moved, source, target);
    }
    expect([...seen].sort()).toEqual(['cancelled', 'completed', 'failed']);
  }, 120_000);

  it('and 50 equal reports count once', async () => {
    const [source, target] = [await createNode(panel), await createNode(panel)];
    await createAllocations(panel, target, { amount: 1 });
    const moved = await server(source);
    await move(moved, target);
    const statuses = await Promise.all(Array.from({ length: MANY }, () => report(target, moved, 'success')));
    expect(count(statuses, 204)).toBe(MANY);
    expect(await expectOneEnd(moved, source, target)).toBe('completed');
  }, 60_000);

  it('and a time-out that strikes in every replica counts once, and only for what is overdue', async () => {
    const [source, target] = [await createNode(panel), await createNode(panel)];
    await createAllocations(panel, target, { amount: 2 });
    const [late, early] = [await server(source), await server(source)];
    await Promise.all([move(late, target), move(early, target)]);
    await panel.prisma.serverTransfer.updateMany({
      where: { serverUuid: late.uuid },
      data: { deadlineAt: new Date(Date.now() - 1_000) },
    });
    const sweep = panel.app.get(TransferSweep, { strict: false });
    await Promise.all(Array.from({ length: 5 }, () => sweep.run()));
    expect(await expectOneEnd(late, source, target)).toBe('failed');
    expect(await whereabouts(panel, early.uuid)).toMatchObject({ isActive: true, transferring: true });
  }, 60_000);

  it('and a deletion of the server comes before the transfer or after it, never into it', async () => {
    for (let round = 0; round < 6; round += 1) {
      const [source, target] = [await createNode(panel), await createNode(panel)];
      const moved = await server(source);
      const [begun, deleted] = await Promise.all([
        move(moved, target),
        admin.delete(`/api/servers/${moved.uuid}?force=true`),
      ]);
      const isThere = (await panel.prisma.server.count({ where: { uuid: moved.uuid } })) === 1;
      expect([begun, deleted.status]).toEqual(isThere ? [200, 409] : [404, 200]);
    }
  }, 60_000);
});
