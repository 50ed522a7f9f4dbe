import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Queryable } from '../../src/prisma/prisma.service.js';
import { Allocations } from '../../src/nodes/allocations/allocations.service.js';
import { NodePlacement } from '../../src/nodes/placement/node-placement.service.js';
import {
  createAdmin,
  createAllocations,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { ServerParts } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const MANY = 50;
const options = { maxWait: 60_000, timeout: 60_000 };
let panel: TestPanel;
let parts: Omit<ServerParts, 'node'>;

beforeAll(async () => {
  panel = await startPanel();
  parts = { owner: await createUser(panel), egg: await createEgg(panel) };
});
afterAll(() => panel.close());

const outcomesOf = async (work: () => Promise<unknown>): Promise<{ won: number; statuses: Set<number> }> => {
  const results = await Promise.allSettled(Array.from({ length: MANY }, work));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as { status: number }] : [],
  );
  return { won: results.length - failures.length, statuses: new Set(failures.map(({ status }) => status)) };
};

async function servers(nodeId: number, amount: number): Promise<string[]> {
  const made = [];
  for (let index = 0; index < amount; index += 1)
    made.push(await createServer(panel, { ...parts, node: { id: nodeId } }));
  await panel.prisma.allocation.deleteMany({ where: { nodeId } });
  return made.map(({ uuid }) => uuid);
}

it.each([
  ['the only free port', {}, 503],
  ['one port by its number', { ip: '203.0.113.7', port: 25565 }, 409],
])('of 50 claims of %s exactly one wins', async (_what, wanted, refusal) => {
  const node = await createNode(panel);
  const uuids = await servers(node.id, MANY);
  await createAllocations(panel, node);
  const allocations = panel.app.get(Allocations);
  const next = uuids.values();
  const outcome = await outcomesOf(() => {
    const serverUuid = String(next.next().value);
    return panel.prisma.$transaction(
      (tx) => allocations.claimDefault(tx, { nodeId: node.id, serverUuid, ...wanted }),
      options,
    );
  });
  expect(outcome).toEqual({ won: 1, statuses: new Set([refusal]) });
  expect(await panel.prisma.allocation.count({ where: { nodeId: node.id, serverUuid: { not: null } } })).toBe(1);
});

it('50 claims of 50 ports each get one of their own', async () => {
  const node = await createNode(panel);
  const uuids = await servers(node.id, MANY);
  await createAllocations(panel, node, { amount: MANY });
  const allocations = panel.app.get(Allocations);
  const next = uuids.values();
  const outcome = await outcomesOf(() => {
    const serverUuid = String(next.next().value);
    return panel.prisma.$transaction((tx) => allocations.claimDefault(tx, { nodeId: node.id, serverUuid }), options);
  });
  expect(outcome.won).toBe(MANY);
  const holders = await panel.prisma.allocation.groupBy({
    by: ['serverUuid'],
    where: { nodeId: node.id },
    _count: true,
  });
  expect(holders).toHaveLength(MANY);
});

const request = { ownerId: 0, tier: 'paid', seesAllNodes: false, memory: 1024, disk: 1024, cpu: 100 } as const;

/** Places a server the way its creation does: choose, then insert, in one transaction. */
function place(nodeId?: number): Promise<unknown> {
  const placement = panel.app.get(NodePlacement);
  const wanted = nodeId === undefined ? request : { ...request, nodeId };
  return panel.prisma.$transaction(async (tx) => {
    const node = await placement.choose(tx, wanted);
    await insertServer(tx, node.id);
  }, options);
}

async function insertServer(tx: Queryable, nodeId: number): Promise<void> {
  const { memory, disk, cpu } = request;
  const uuid = crypto.randomUUID();
  const size = { memory, disk, cpu, dockerImage: 'image', startup: 'run' };
  const { owner, egg } = parts;
  const data = { uuid, shortId: uuid.slice(0, 8), name: unique(), ownerId: owner.id, eggId: egg.id, nodeId, ...size };
  await tx.server.create({ data, select: { uuid: true } });
}

it.each([
  ['memory', { memory: 1500 }],
  ['disk', { disk: 1024 }],
  ['cpu', { cpu: 199 }],
  ['the number of servers', { serverLimit: 1 }],
])('of 50 placements on a node with room for one by %s exactly one wins', async (_what, capacity) => {
  const node = await createNode(panel, { nodeType: 'paid', ...capacity });
  const outcome = await outcomesOf(() => place(node.id));
  expect(outcome).toEqual({ won: 1, statuses: new Set([503]) });
  expect(await panel.prisma.server.count({ where: { nodeId: node.id } })).toBe(1);
});

it('50 placements that name no node fill every node to its capacity and not beyond', async () => {
  await panel.prisma.node.updateMany({ data: { deploymentsDisabled: true } });
  const full = await Promise.all([2, 3].map((serverLimit) => createNode(panel, { nodeType: 'paid', serverLimit })));
  const named = full[0]!;
  const outcome = await outcomesOf(() => place());
  expect(outcome).toEqual({ won: 5, statuses: new Set([503]) });
  await expect(place(named.id)).rejects.toMatchObject({ status: 503, message: 'This node has no room for the server' });
  for (const [index, { id }] of full.entries()) {
    expect(await panel.prisma.server.count({ where: { nodeId: id } })).toBe(index + 2);
  }
});

it('of 50 nodes created at once under one name exactly one exists', async () => {
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const name = unique();
  const answers = await Promise.all(
    Array.from({ length: MANY }, () =>
      admin.post('/api/nodes', { name, url: 'http://127.0.0.1:1', token: unique().padEnd(64, 'x') }),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 409)).toHaveLength(MANY - 1);
  expect(await panel.prisma.node.count({ where: { name } })).toBe(1);
});

it('of 50 overlapping additions of ports every port exists once', async () => {
  const node = await createNode(panel);
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const body = { ip: '203.0.113.5', ports: ['100-199'] };
  const answers = await Promise.all(
    Array.from({ length: MANY }, () => admin.post<{ created: number }>(`/api/nodes/${node.id}/allocations`, body)),
  );
  expect(answers.reduce((sum, answer) => sum + answer.body.created, 0)).toBe(100);
  expect(await panel.prisma.allocation.count({ where: { nodeId: node.id } })).toBe(100);
});
