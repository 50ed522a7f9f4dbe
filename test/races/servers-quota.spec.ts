import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import {
  createAllocations,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestEgg, TestNode } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

const CALLERS = 50;

let panel: TestPanel;
let egg: TestEgg;
let node: TestNode;
let daemon: SimulatedWings;

beforeAll(async () => {
  panel = await startPanel();
  egg = await createEgg(panel);
  node = await createNode(panel);
  daemon = daemonOf(panel, node, 'rs');
  await daemon.boot();
  // Everything runs in one process: while it is busy, idle connections would end unnoticed.
  panel.app.getHttpServer().keepAliveTimeout = 120_000;
});
beforeEach(() => announce(panel, node, daemon));
afterEach(async () => {
  await panel.prisma.allocation.deleteMany();
  await panel.prisma.server.deleteMany();
});
afterAll(async () => {
  await panel.close();
  await daemon.crash();
});

const tally = (statuses: readonly number[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

const invariants = async () => {
  const servers = await panel.prisma.server.findMany({ include: { allocations: true } });
  const claimed = await panel.prisma.allocation.count({ where: { serverUuid: { not: null } } });
  expect(servers.every(({ allocations }) => allocations.length === 1)).toBe(true);
  expect(claimed).toBe(servers.length);
  expect(daemon.servers.size).toBeGreaterThanOrEqual(servers.length);
  return servers.length;
};

it('gives a quota of one server to exactly one of 50 creations at once', async () => {
  await createAllocations(panel, node, { amount: CALLERS });
  const http = panel.as(await openSession(panel, await createUser(panel, { limits: { serverLimit: 1 } })));
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, (_, index) =>
      http.post<{ error?: string }>('/api/servers', { name: `Server ${index}`, eggId: egg.id, nodeId: node.id }),
    ),
  );
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 403: CALLERS - 1 });
  const refused = answers.find(({ status }) => status === 403);
  expect(refused?.body.error).toBe('Server limit reached (1). Delete an existing server to create a new one.');
  expect(await invariants()).toBe(1);
});

it('never lets the sum of resources pass the quota', async () => {
  await createAllocations(panel, node, { amount: CALLERS });
  const http = panel.as(await openSession(panel, await createUser(panel, { limits: { memory: 3_000 } })));
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, (_, index) =>
      http.post('/api/servers', { name: `Server ${index}`, eggId: egg.id, nodeId: node.id, memory: 1_000 }),
    ),
  );
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 3, 400: CALLERS - 3 });
  expect(await invariants()).toBe(3);
});

it('gives one free port to exactly one of 50 creations by different people', async () => {
  await createAllocations(panel, node, { amount: 1 });
  const people = await Promise.all(Array.from({ length: CALLERS }, () => createUser(panel)));
  const sessions = await Promise.all(people.map((user) => openSession(panel, user)));
  const answers = await Promise.all(
    sessions.map((session) => panel.as(session).post('/api/servers', { name: 'Mine', eggId: egg.id, nodeId: node.id })),
  );
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 503: CALLERS - 1 });
  expect(await invariants()).toBe(1);
});

it('makes one server of a creation that is sent many times over', async () => {
  await createAllocations(panel, node, { amount: CALLERS });
  const http = panel.as(await openSession(panel, await createUser(panel)));
  const body = { name: 'Once', eggId: egg.id, nodeId: node.id };
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, () => http.post<{ uuid?: string }>('/api/servers', body)),
  );
  expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
  expect(new Set(answers.flatMap(({ body: { uuid } }) => uuid ?? [])).size).toBe(1);
  expect(await invariants()).toBe(1);
});

it('lets growing servers share a quota, never pass it', async () => {
  const owner = await createUser(panel, { limits: { memory: 10_000 } });
  const http = panel.as(await openSession(panel, owner));
  const servers = await Promise.all(
    Array.from({ length: 5 }, () => createServer(panel, { owner, node, egg }, { memory: 1_000 })),
  );
  const answers = await Promise.all(servers.map(({ uuid }) => http.put(`/api/servers/${uuid}`, { memory: 4_000 })));
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 400: 4 });
  const { _sum } = await panel.prisma.server.aggregate({ where: { ownerId: owner.id }, _sum: { memory: true } });
  expect(_sum.memory).toBe(8_000);
});

it('keeps the limit of ports of a server', async () => {
  const owner = await createUser(panel, { limits: { portsPerServer: 4 } });
  const server = await createServer(panel, { owner, node, egg });
  await createAllocations(panel, node, { amount: CALLERS });
  const http = panel.as(await openSession(panel, owner));
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, () => http.post(`/api/servers/${server.uuid}/allocations`, { count: 1 })),
  );
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 3, 403: CALLERS - 3 });
  expect(await panel.prisma.allocation.count({ where: { serverUuid: server.uuid } })).toBe(4);
});

it('invites somebody once, however often he is invited at once', async () => {
  const [owner, friend] = [await createUser(panel), await createUser(panel)];
  const server = await createServer(panel, { owner, node, egg });
  const http = panel.as(await openSession(panel, owner));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => http.post(`/api/servers/${server.uuid}/subusers`, { email: friend.email })),
  );
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 409: 9 });
  expect(await panel.prisma.serverSubuser.count({ where: { serverUuid: server.uuid } })).toBe(1);
});
