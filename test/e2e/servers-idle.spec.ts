import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createAllocations,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
let owner: TestUser;
let client: HttpClient;
let node: TestNode;
let server: TestServer;
/** A port besides the default one. */
let second: { ip: string; port: number };
beforeAll(async () => {
  panel = await startPanel();
  owner = await createUser(panel);
  client = panel.as(await openSession(panel, owner));
});
beforeEach(async () => {
  node = await createNode(panel);
  server = await createServer(panel, { owner, node, egg: await createEgg(panel) });
  await createAllocations(panel, node, { amount: 3 });
  const free = await panel.prisma.allocation.findFirstOrThrow({ where: { nodeId: node.id, serverUuid: null } });
  await panel.prisma.allocation.update({ where: { id: free.id }, data: { serverUuid: server.uuid } });
  second = { ip: free.ip, port: free.port };
});
afterAll(() => panel.close());

const path = (rest: string): string => `/api/servers/${server.uuid}${rest}`;

/** Everything that changes how a server starts, or its ports. */
const CHANGES: readonly (readonly [string, () => Promise<{ status: number; body: unknown }>])[] = [
  ['variables', () => client.put(path('/startup'), { environment: { SERVER_JARFILE: 'other.jar' } })],
  ['image', () => client.put(path('/startup'), { dockerImage: 'ghcr.io/example/java:17' })],
  ['process', () => client.put(path('/startup'), { processConfig: { stop: { type: 'command', value: 'end' } } })],
  ['variables among other settings', () => client.put(path(''), { environment: { SERVER_JARFILE: 'other.jar' } })],
  ['ports, by one more', () => client.post(path('/allocations'), { count: 1 })],
  ['ports, by one less', () => client.delete(path('/allocations'), second)],
  ['ports, all but the default one', () => client.delete(path('/allocations/secondary'))],
];

const BUSY = [
  ['is being installed', { installState: 'installing' }, 'servers.installing'],
  ['is being put back from a backup', { restoringSince: new Date() }, 'servers.restoring'],
  ['is under way to another node', { transferring: true }, 'servers.transferring'],
] as const;

async function traceOf(): Promise<unknown> {
  const { uuid } = server;
  return {
    server: await panel.prisma.server.findUniqueOrThrow({ where: { uuid } }),
    ports: await panel.prisma.allocation.findMany({ where: { serverUuid: uuid }, orderBy: { id: 'asc' } }),
    log: await panel.prisma.activityEntry.findMany({ where: { targetId: uuid } }),
  };
}

describe.each(BUSY)('a server that %s', (_what, data, code) => {
  it.each(CHANGES)('keeps its %s', async (_name, change) => {
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data });
    const before = await traceOf();
    const { status, body } = await change();
    expect([status, body]).toEqual([409, expect.objectContaining({ code })]);
    expect(await traceOf()).toEqual(before);
  });

  it('may be given another name', async () => {
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data });
    expect((await client.put(path(''), { name: 'renamed' })).status).toBe(200);
  });
});

describe('a server that is idle', () => {
  it.each(CHANGES)('changes its %s', async (_name, change) => {
    expect((await change()).status).toBeLessThan(300);
  });

  it('is also one whose restore has been silent for hours', async () => {
    const restoringSince = new Date(Date.now() - 7 * 3_600_000);
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { restoringSince } });
    for (const [, change] of CHANGES) expect((await change()).status).toBeLessThan(300);
  });
});

it('refuses a change that comes while a restore is just beginning', async () => {
  const { uuid } = server;
  const change = { environment: { SERVER_JARFILE: 'other.jar' } };
  const { answer } = await panel.prisma.$transaction(async (tx) => {
    await tx.server.update({ where: { uuid }, data: { restoringSince: new Date() } });
    // It has to wait for the row.
    return { answer: client.put(path('/startup'), change) };
  });
  expect((await answer).status).toBe(409);
});
