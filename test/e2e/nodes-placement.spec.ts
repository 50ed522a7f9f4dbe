import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import type { PlacedNode, PlacementRequest } from '../../src/nodes/placement/node-placement.service.js';
import { NodePlacement } from '../../src/nodes/placement/node-placement.service.js';
import { createEgg, createNode, createServer, createUser } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
const small = { ownerId: 0, seesAllNodes: false, memory: 1024, disk: 1024, cpu: 100 } as const;
const choose = (request: Partial<PlacementRequest> & Pick<PlacementRequest, 'tier'>): Promise<PlacedNode> =>
  panel.prisma.$transaction((tx) => panel.app.get(NodePlacement).choose(tx, { ...small, ...request }));
const refused = (message: string) => ({ status: 503, message });

beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());
beforeEach(() => panel.prisma.node.updateMany({ data: { deploymentsDisabled: true } }));

it('prefers nodes of the own portal and never leaves it', async () => {
  const both = await createNode(panel, { nodeType: 'free_and_paid' });
  const paid = await createNode(panel, { nodeType: 'paid' });
  expect(await choose({ tier: 'paid' })).toEqual({ id: paid.id, uuid: paid.uuid, name: paid.name });
  expect(await choose({ tier: 'educational' })).toMatchObject({ id: paid.id });
  expect(await choose({ tier: 'free' })).toMatchObject({ id: both.id });
  await panel.prisma.node.update({ where: { id: both.id }, data: { deploymentsDisabled: true } });
  await expect(choose({ tier: 'free' })).rejects.toMatchObject(refused('No nodes available'));
  expect(await choose({ tier: 'free', seesAllNodes: true })).toMatchObject({ id: paid.id });
});

it('prefers the node with most room of what is scarcest, then the one with fewest servers', async () => {
  const roomy = await createNode(panel, { nodeType: 'free', memory: 100_000, disk: 1_000_000 });
  const tight = await createNode(panel, { nodeType: 'free', memory: 100_000, disk: 12_000 });
  expect(await choose({ tier: 'free' })).toMatchObject({ id: roomy.id });
  await panel.prisma.node.update({ where: { id: roomy.id }, data: { memory: 2000 } });
  expect(await choose({ tier: 'free' })).toMatchObject({ id: tight.id });
  await panel.prisma.node.updateMany({
    where: { id: { in: [roomy.id, tight.id] } },
    data: { memory: null, disk: null },
  });
  await createServer(panel, { owner: await createUser(panel), egg: await createEgg(panel), node: roomy });
  expect(await choose({ tier: 'free' })).toMatchObject({ id: tight.id });
});

it('passes over nodes that are ill, have been silent too long or have no room', async () => {
  const wants = { tier: 'free' } as const;
  await createNode(panel, { nodeType: 'free', healthStatus: 'error' });
  await createNode(panel, { nodeType: 'free', healthCheckedAt: new Date(Date.now() - 121_000) });
  await createNode(panel, { nodeType: 'free', memory: 1023 });
  await createNode(panel, { nodeType: 'free', serverLimit: 0 });
  await expect(choose(wants)).rejects.toMatchObject(refused('No nodes available'));
  const fresh = await createNode(panel, { nodeType: 'free', healthStatus: null, healthCheckedAt: null });
  expect(await choose(wants)).toMatchObject({ id: fresh.id });
});

it('tells why a node that was asked for is not possible', async () => {
  const tier = 'free' as const;
  const paid = await createNode(panel, { nodeType: 'paid' });
  const closed = await createNode(panel, { nodeType: 'free', deploymentsDisabled: true });
  const noted = await createNode(panel, {
    nodeType: 'free',
    deploymentsDisabled: true,
    deploymentNotice: 'Back on Monday',
  });
  const full = await createNode(panel, { nodeType: 'free', disk: 1000 });
  const ill = await createNode(panel, { nodeType: 'free' });
  const state = { nodeId: ill.id, status: 'error', responseMs: null, at: Date.now() } as const;
  panel.app.get(EventBus).publish('nodes.heartbeats', { states: [state] });
  const texts: [number, string][] = [
    [999_999, 'Specified node not found'],
    [paid.id, 'Node not available for your portal tier'],
    [closed.id, 'This node is temporarily unavailable for deployments'],
    [noted.id, 'Back on Monday'],
    [full.id, 'This node has no room for the server'],
    [ill.id, 'Preferred node is currently unavailable'],
  ];
  for (const [nodeId, text] of texts) await expect(choose({ tier, nodeId })).rejects.toMatchObject(refused(text));
  const message = 'Node not available for your organisation';
  await expect(choose({ tier: 'enterprise', nodeId: paid.id })).rejects.toMatchObject(refused(message));
});
