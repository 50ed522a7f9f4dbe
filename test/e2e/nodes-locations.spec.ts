import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAdmin,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { NodePlacement } from '../../src/nodes/placement/node-placement.service.js';

interface Location {
  id: number;
  shortCode: string;
  name: string;
  description: string | null;
  nodeCount: number;
}
interface Node {
  id: number;
  location: { id: number; shortCode: string; name: string } | null;
  locationId?: number | null;
  memoryOvercommit?: number;
}

const PATH = '/api/admin/locations';
let panel: TestPanel;
let admin: HttpClient;

beforeAll(async () => {
  panel = await startPanel();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
});
afterAll(() => panel.close());

async function location(name = 'Frankfurt'): Promise<Location> {
  const { status, body } = await admin.post<Location>(PATH, { shortCode: unique(), name });
  expect(status).toBe(201);
  return body;
}
const put = (id: number, body: object) => admin.put<{ node: Node }>(`/api/nodes/${id}`, body);

describe('locations', () => {
  it('are made, shown, changed and removed', async () => {
    const shortCode = unique();
    const created = await admin.post<Location>(PATH, { shortCode, name: 'Falkenstein', description: 'Germany' });
    expect(created).toMatchObject({
      status: 201,
      body: { shortCode, name: 'Falkenstein', description: 'Germany', nodeCount: 0 },
    });
    const { id } = created.body;
    expect((await admin.get(`${PATH}/${id}`)).body).toEqual(created.body);
    const changed = await admin.put<Location>(`${PATH}/${id}`, { name: 'FSN', description: null });
    expect(changed.body).toEqual({ ...created.body, name: 'FSN', description: null });
    expect((await admin.get<Location[]>(PATH)).body).toContainEqual(changed.body);
    expect((await admin.delete(`${PATH}/${id}`)).body).toEqual({ success: true });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await admin.request(method, `${PATH}/${id}`, { body: {} })).status).toBe(404);
    }
    const actions = await panel.prisma.activityEntry.findMany({ where: { action: { startsWith: 'location:' } } });
    expect(actions.map(({ action }) => action)).toEqual(['location:create', 'location:update', 'location:delete']);
  });

  it('have one short code each, also of 50 made at once', async () => {
    const { shortCode, id } = await location();
    expect((await admin.post(PATH, { shortCode, name: 'x' })).status).toBe(409);
    const other = await location();
    expect((await admin.put(`${PATH}/${other.id}`, { shortCode })).status).toBe(409);
    expect((await admin.put(`${PATH}/${id}`, { shortCode })).status).toBe(200);
    const wanted = unique();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => admin.post(PATH, { shortCode: wanted, name: 'x' })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it.each([
    [{}],
    [{ shortCode: 'a b', name: 'x' }],
    [{ shortCode: 'a', name: '' }],
    [{ shortCode: 'x'.repeat(61), name: 'x' }],
  ])('are refused when they are %j', async (body) => {
    expect((await admin.post(PATH, body)).status).toBe(400);
  });

  it('belong to nodes, are shown to everybody with them, and cannot be removed under them', async () => {
    const { id, shortCode, name } = await location();
    const node = await createNode(panel);
    const answer = await put(node.id, { locationId: id });
    expect(answer.body.node).toMatchObject({ locationId: id, location: { id, shortCode, name } });
    const user = panel.as(await openSession(panel, await createUser(panel)));
    const available = (await user.get<Node[]>('/api/nodes/available')).body.find((row) => row.id === node.id);
    expect(available?.location).toEqual({ id, shortCode, name });
    expect(available).not.toHaveProperty('memoryOvercommit');
    expect((await admin.get<Location>(`${PATH}/${id}`)).body.nodeCount).toBe(1);
    expect(await admin.delete(`${PATH}/${id}`)).toMatchObject({
      status: 409,
      body: { error: 'Location still has nodes' },
    });
    expect((await put(node.id, { locationId: 999_999 })).status).toBe(400);
    expect((await put(node.id, { locationId: null })).body.node.location).toBeNull();
    expect((await admin.delete(`${PATH}/${id}`)).status).toBe(200);
  });
});

describe('the place for a server', () => {
  const small = { ownerId: 0, tier: 'free', seesAllNodes: false, memory: 1024, disk: 1024, cpu: 100 } as const;
  const choose = (request: object): Promise<{ id: number }> =>
    panel.prisma.$transaction((tx) => panel.app.get(NodePlacement).choose(tx, { ...small, ...request }));

  it('is at the location that was asked for', async () => {
    const [here, there] = [await location(), await location()];
    await createNode(panel);
    const near = await createNode(panel, { location: { connect: { id: here.id } }, memory: 2_000 });
    expect(await choose({ locationId: here.id })).toMatchObject({ id: near.id });
    await expect(choose({ locationId: there.id })).rejects.toMatchObject({
      status: 503,
      message: 'No nodes available',
    });
    await expect(choose({ locationId: there.id, nodeId: near.id })).rejects.toMatchObject({
      status: 503,
      message: 'This node is not at the location',
    });
    await panel.prisma.node.update({ where: { id: near.id }, data: { maintenance: true } });
    await expect(choose({ locationId: here.id })).rejects.toMatchObject({ message: 'No nodes available' });
    await expect(choose({ nodeId: near.id })).rejects.toMatchObject({ status: 503 });
  });

  it('is taken by the creation of a server', async () => {
    const { id: locationId } = await location();
    const node = await createNode(panel, { location: { connect: { id: locationId } } });
    const egg = await createEgg(panel, { installScript: undefined, visible: true });
    const body = { name: 'Here', eggId: egg.id, memory: 1024, disk: 10_240, cpu: 100, locationId };
    await admin.post('/api/servers', body);
    const before = await panel.prisma.activityEntry.findFirst({
      where: { action: 'server:create', metadata: { path: ['nodeId'], equals: node.id } },
    });
    expect(before).not.toBeNull();
    expect((await admin.post('/api/servers', { ...body, locationId: 999_999 })).status).toBe(503);
  });

  it.each([
    ['memory', { memory: 1000, memoryOvercommit: 3 }, { memory: 1000, memoryOvercommit: 2 }],
    ['disk', { disk: 512, diskOvercommit: 100 }, { disk: 512, diskOvercommit: 99 }],
    ['cpu', { cpu: 50, cpuOvercommit: 100 }, { cpu: 50, cpuOvercommit: 0 }],
  ])('may go beyond the %s of a node by what is allowed, not further', async (_what, enough, tooLittle) => {
    const node = await createNode(panel, tooLittle);
    await expect(choose({ nodeId: node.id })).rejects.toMatchObject({
      message: 'This node has no room for the server',
    });
    await panel.prisma.node.update({ where: { id: node.id }, data: enough });
    expect(await choose({ nodeId: node.id })).toMatchObject({ id: node.id });
  });

  it('never goes beyond the overcommitted capacity under 50 creations at once', async () => {
    const node = await createNode(panel, { memory: 2048, memoryOvercommit: 50 });
    const parts = { owner: await createUser(panel), egg: await createEgg(panel), node };
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () =>
        panel.prisma.$transaction(
          async (tx) => {
            await panel.app.get(NodePlacement).choose(tx, { ...small, nodeId: node.id });
            const uuid = crypto.randomUUID();
            const size = { memory: 1024, disk: 1, cpu: 1, dockerImage: 'image', startup: 'run' };
            const ids = { ownerId: parts.owner.id, eggId: parts.egg.id, nodeId: node.id };
            await tx.server.create({ data: { uuid, shortId: uuid.slice(0, 8), name: unique(), ...ids, ...size } });
          },
          { maxWait: 60_000, timeout: 60_000 },
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await createServer(panel, parts);
    await expect(choose({ nodeId: node.id })).rejects.toMatchObject({ status: 503 });
  });

  it.each([{ memoryOvercommit: -1 }, { diskOvercommit: 901 }, { cpuOvercommit: 1.5 }, { locationId: 'x' }])(
    'is not described by %j',
    async (fields) => {
      const node = await createNode(panel);
      expect((await put(node.id, fields)).status).toBe(400);
      expect((await put(node.id, { memoryOvercommit: 20 })).body.node.memoryOvercommit).toBe(20);
      expect((await put(node.id, { memoryOvercommit: null })).body.node.memoryOvercommit).toBe(0);
    },
  );
});
