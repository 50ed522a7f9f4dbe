import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Allocations } from '../../src/nodes/allocations/allocations.service.js';
import {
  createAdmin,
  createAllocations,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { ServerParts, TestNode } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
let admin: HttpClient;
let parts: Omit<ServerParts, 'node'>;
let allocations: Allocations;

const path = (node: { id: number }): string => `/api/nodes/${node.id}/allocations`;
/** A server without any port. */
async function bareServer(node: TestNode): Promise<string> {
  const { uuid } = await createServer(panel, { ...parts, node });
  await panel.prisma.allocation.deleteMany({ where: { serverUuid: uuid } });
  return uuid;
}

beforeAll(async () => {
  panel = await startPanel();
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  parts = { owner: await createUser(panel), egg: await createEgg(panel) };
  allocations = panel.app.get(Allocations);
});
afterAll(() => panel.close());

describe('the ports of a node', () => {
  it('are added by port and range; those that exist stay as they are', async () => {
    const node = await createNode(panel);
    const first = { ip: '203.0.113.5', ports: ['25565', '25570-25572'], alias: 'play.example.com' };
    expect((await admin.post(path(node), first)).body).toEqual({ success: true, created: 4, skipped: 0, total: 4 });
    const second = { ip: '203.0.113.5', ports: ['25571-25575', '25572'] };
    expect((await admin.post(path(node), second)).body).toEqual({ success: true, created: 3, skipped: 2, total: 7 });
    const { body } = await admin.get<{ allocations: object[] }>(path(node));
    expect(body.allocations[0]).toMatchObject({
      port: 25565,
      alias: 'play.example.com',
      server: null,
      isDefault: false,
    });
  });

  it.each([
    [{ ip: 'nowhere', ports: ['1'] }],
    [{ ip: '203.0.113.5', ports: [] }],
    [{ ip: '203.0.113.5', ports: ['0'] }],
    [{ ip: '203.0.113.5', ports: ['65536'] }],
    [{ ip: '203.0.113.5', ports: ['20-10'] }],
    [{ ip: '203.0.113.5', ports: ['1-10001'] }],
    [{ ip: '203.0.113.5', ports: ['1); DROP TABLE'] }],
    [{ ip: '203.0.113.5', ports: '25565' }],
    [{}],
  ])('are not added from %j', async (body) => {
    const node = await createNode(panel);
    expect((await admin.post(path(node), body)).status).toBe(400);
    expect(await panel.prisma.allocation.count({ where: { nodeId: node.id } })).toBe(0);
  });

  it('are added for each address of a block, IPv4 and IPv6, in one spelling', async () => {
    const node = await createNode(panel);
    const four = await admin.post(path(node), { ip: '203.0.113.16/30', ports: ['100-101'] });
    expect(four.body).toEqual({ success: true, created: 8, skipped: 0, total: 8 });
    const six = await admin.post(path(node), { ip: '2001:DB8:0:0::/127', ports: ['25565'] });
    expect(six.body).toEqual({ success: true, created: 2, skipped: 0, total: 10 });
    const again = await admin.post(path(node), { ip: '2001:db8::1', ports: ['25565'] });
    expect(again.body).toEqual({ success: true, created: 0, skipped: 1, total: 10 });
    const rows = await panel.prisma.allocation.findMany({ where: { nodeId: node.id }, select: { ip: true } });
    expect(new Set(rows.map(({ ip }) => ip))).toEqual(
      new Set(['203.0.113.16', '203.0.113.17', '203.0.113.18', '203.0.113.19', '2001:db8::', '2001:db8::1']),
    );
    const removed = await admin.delete(path(node), { ip: '203.0.113.16/31', ports: ['1-200'] });
    expect(removed.body).toEqual({ success: true, deleted: 4, inUse: 0 });
  });

  it.each([
    [{ ip: '203.0.113.0/33', ports: ['1'] }],
    [{ ip: '10.0.0.0/21', ports: ['1'] }],
    [{ ip: '2001:db8::/64', ports: ['1'] }],
    [{ ip: '10.0.0.0/24', ports: ['1-40'] }],
  ])('are not added by the thousand: %j', async (body) => {
    const node = await createNode(panel);
    expect((await admin.post(path(node), body)).status).toBe(400);
    expect(await panel.prisma.allocation.count({ where: { nodeId: node.id } })).toBe(0);
  });

  it('get another alias, notes and dedication one by one', async () => {
    const [node, other] = [await createNode(panel), await createNode(panel)];
    const { id } = (await createAllocations(panel, node))[0]!;
    const changed = await admin.put(`${path(node)}/${id}`, {
      alias: 'play.example.com',
      notes: 'VIP',
      dedicated: true,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { id, alias: 'play.example.com', notes: 'VIP', dedicated: true, server: null },
    });
    const cleared = await admin.put(`${path(node)}/${id}`, { alias: null, notes: '' });
    expect(cleared.body).toMatchObject({ alias: null, notes: null, dedicated: true });
    expect((await admin.put(`${path(other)}/${id}`, { notes: 'x' })).status).toBe(404);
    expect((await admin.put(`${path(node)}/999999`, { notes: 'x' })).status).toBe(404);
    expect((await admin.put(`${path(node)}/${id}`, { notes: 'x'.repeat(256) })).status).toBe(400);
  });

  it('that are dedicated are given to nobody who does not name them', async () => {
    const node = await createNode(panel);
    await admin.post(path(node), { ip: '203.0.113.9', ports: ['1-3'], dedicated: true });
    const serverUuid = await bareServer(node);
    const claim = (wanted: object) =>
      panel.prisma.$transaction((tx) => allocations.claimDefault(tx, { nodeId: node.id, serverUuid, ...wanted }));
    await expect(claim({})).rejects.toMatchObject({ status: 503 });
    await expect(
      panel.prisma.$transaction((tx) => allocations.claimMore(tx, { nodeId: node.id, serverUuid, count: 1 })),
    ).rejects.toMatchObject({ status: 503 });
    expect(await claim({ ip: '203.0.113.9' })).toMatchObject({ port: 1 });
    expect(await claim({ ip: '203.0.113.9', port: 3 })).toMatchObject({ port: 3 });
  });

  it('are listed in pages, all, free or used, with their server', async () => {
    const node = await createNode(panel);
    await createAllocations(panel, node, { amount: 5 });
    const server = await createServer(panel, { ...parts, node });
    const used = await admin.get(`${path(node)}?filter=used`);
    expect(used.body).toMatchObject({
      total: 1,
      allocations: [{ server: { uuid: server.uuid, name: server.name }, isDefault: true }],
    });
    const free = await admin.get<{ allocations: { port: number }[] }>(`${path(node)}?filter=free&page=2&perPage=2`);
    expect(free.body).toMatchObject({ page: 2, perPage: 2, total: 5 });
    expect(free.body.allocations.map(({ port }) => port)).toEqual([25567, 25568]);
    expect((await admin.get(`${path(node)}?perPage=501`)).status).toBe(400);
    expect((await admin.get(`${path(node)}?filter=all`)).status).toBe(400);
  });

  it('are removed by id or by address and ports, unless a server has them', async () => {
    const node = await createNode(panel);
    const other = await createNode(panel);
    const [first, second] = await createAllocations(panel, node, { amount: 6 });
    const [foreign] = await createAllocations(panel, other);
    await panel.prisma.allocation.update({ where: { id: second!.id }, data: { serverUuid: await bareServer(node) } });
    const ids = [first!.id, second!.id, foreign!.id];
    expect((await admin.delete(path(node), { ids })).body).toEqual({ success: true, deleted: 1, inUse: 1 });
    const range = { ip: '203.0.113.7', ports: ['25565-25568'] };
    expect((await admin.delete(path(node), range)).body).toEqual({ success: true, deleted: 2, inUse: 1 });
    expect((await admin.delete(path(node), {})).status).toBe(400);
    expect(await panel.prisma.allocation.count({ where: { nodeId: other.id } })).toBe(1);
  });

  it('of an unknown node are 404', async () => {
    expect((await admin.get('/api/nodes/999999/allocations')).status).toBe(404);
    expect((await admin.post('/api/nodes/999999/allocations', { ip: '203.0.113.5', ports: ['1'] })).status).toBe(404);
  });
});

describe('claiming', () => {
  const claim = (node: TestNode, serverUuid: string, wanted: { ip?: string; port?: number } = {}) =>
    panel.prisma.$transaction((tx) => allocations.claimDefault(tx, { nodeId: node.id, serverUuid, ...wanted }));

  it('takes the lowest free port of the default address and never an IPv6 one', async () => {
    const node = await createNode(panel, { defaultIp: '203.0.113.8' });
    await createAllocations(panel, node, { ip: '203.0.113.7', from: 100, amount: 1 });
    await createAllocations(panel, node, { ip: '203.0.113.8', from: 200, amount: 1 });
    await createAllocations(panel, node, { ip: '2001:db8::1', from: 50, amount: 1 });
    expect(await claim(node, await bareServer(node))).toMatchObject({ ip: '203.0.113.8', port: 200 });
    expect(await claim(node, await bareServer(node))).toMatchObject({ ip: '203.0.113.7', port: 100 });
    await expect(claim(node, await bareServer(node))).rejects.toMatchObject({
      status: 503,
      message: 'No free ports available on this node (range 50-200). Contact an administrator.',
    });
  });

  it('takes exactly the port asked for, or none', async () => {
    const node = await createNode(panel);
    await createAllocations(panel, node, { amount: 3 });
    const wanted = { ip: '203.0.113.7', port: 25566 };
    const uuid = await bareServer(node);
    expect(await claim(node, uuid, wanted)).toMatchObject(wanted);
    expect(await allocations.listFor(uuid)).toMatchObject([{ ...wanted, isDefault: true }]);
    await expect(claim(node, await bareServer(node), wanted)).rejects.toMatchObject({ status: 409 });
    await expect(claim(node, await bareServer(node), { port: 1 })).rejects.toMatchObject({ status: 409 });
  });

  it('gives a server of a node without ports none', async () => {
    const node = await createNode(panel);
    expect(await claim(node, await bareServer(node))).toBeNull();
  });

  it('takes further ports on the address of the default one first, all or none, and gives all back', async () => {
    const node = await createNode(panel);
    await createAllocations(panel, node, { ip: '203.0.113.1', from: 100, amount: 2 });
    await createAllocations(panel, node, { ip: '203.0.113.2', from: 200, amount: 3 });
    const uuid = await bareServer(node);
    await claim(node, uuid, { ip: '203.0.113.2' });
    const more = (count: number) =>
      panel.prisma.$transaction((tx) => allocations.claimMore(tx, { nodeId: node.id, serverUuid: uuid, count }));
    await expect(more(5)).rejects.toMatchObject({
      status: 503,
      message: 'Not enough free ports available on this node',
    });
    expect(await allocations.listFor(uuid)).toHaveLength(1);
    expect((await more(3)).map(({ port }) => port)).toEqual([100, 201, 202]);
    await panel.prisma.$transaction((tx) => allocations.releaseAll(tx, uuid));
    expect(await allocations.listFor(uuid)).toEqual([]);
    expect(await panel.prisma.allocation.count({ where: { nodeId: node.id, isDefault: true } })).toBe(0);
  });
});
