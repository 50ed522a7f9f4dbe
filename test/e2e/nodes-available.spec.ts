import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import type { PortalType } from '../../src/generated/prisma/client.js';
import { changeUser, createApiKey, createNode, createStaff, createUser, openSession } from '../support/factories.js';
import type { TestNode } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
let nodes: Record<'free' | 'paid' | 'both' | 'enterprise' | 'closed' | 'ill', TestNode>;

const userOf = async (portalType: PortalType): Promise<HttpClient> =>
  panel.as(await openSession(panel, await createUser(panel, { portalType })));
const namesFor = async (caller: HttpClient): Promise<string[]> => {
  const { body } = await caller.get<{ id: number }[]>('/api/nodes/available');
  const names = Object.entries(nodes).map(([name, { id }]) => [id, name] as const);
  return body.map(({ id }) => new Map(names).get(id) ?? 'unknown');
};

beforeAll(async () => {
  panel = await startPanel();
  nodes = {
    free: await createNode(panel, { nodeType: 'free', backendWingsUrl: 'http://10.1.2.3:8080', memory: 4096 }),
    paid: await createNode(panel, { nodeType: 'paid' }),
    both: await createNode(panel, { nodeType: 'free_and_paid' }),
    enterprise: await createNode(panel, { nodeType: 'enterprise' }),
    closed: await createNode(panel, { nodeType: 'free', deploymentsDisabled: true }),
    ill: await createNode(panel, { nodeType: 'free_and_paid' }),
  };
  const state = { nodeId: nodes.ill.id, status: 'timeout', responseMs: null, at: Date.now() } as const;
  panel.app.get(EventBus).publish('nodes.heartbeats', { states: [state] });
});
afterAll(() => panel.close());

it.each([
  ['free', ['free', 'both']],
  ['paid', ['paid', 'both']],
  ['educational', ['paid', 'both']],
  ['enterprise', []],
] as const)('offers a user of the portal %s the open, healthy nodes %j', async (portal, expected) => {
  expect(await namesFor(await userOf(portal))).toEqual(expected);
});

it('shows users nothing of how the panel reaches a node or what it costs', async () => {
  const { body, text } = await (await userOf('free')).get<object[]>('/api/nodes/available');
  expect(body[0]).toEqual({
    id: nodes.free.id,
    nodeId: nodes.free.uuid,
    name: nodes.free.name,
    nodeType: 'free',
    memory: 4096,
    disk: null,
    cpu: null,
    serverLimit: null,
    deploymentsDisabled: false,
    deploymentNotice: null,
    location: null,
  });
  expect(text).not.toContain('10.1.2.3');
});

it('shows holders of nodes:read every node with all fields', async () => {
  const staff = panel.as(await openSession(panel, await createStaff(panel, ['nodes:read'])));
  expect(await namesFor(staff)).toEqual(Object.keys(nodes));
  const { body } = await staff.get<object[]>('/api/nodes/available');
  expect(body[0]).toMatchObject({ backendWingsUrl: 'http://10.1.2.3:8080', organisation: null });
});

it('limits an API key of staff that lacks the right to what users see', async () => {
  const staff = await createStaff(panel, ['nodes:read']);
  const key = panel.as(await createApiKey(panel, staff, { permissions: ['servers:read'] }));
  expect(await namesFor(key)).toEqual(['free', 'both']);
});

it('follows a change of the portal at once', async () => {
  const user = await createUser(panel, { portalType: 'free' });
  const caller = panel.as(await openSession(panel, user));
  expect(await namesFor(caller)).toEqual(['free', 'both']);
  await changeUser(panel, user, { portalType: 'paid' });
  expect(await namesFor(caller)).toEqual(['paid', 'both']);
});

it('answers 401 to nobody', async () => {
  expect((await panel.http.get('/api/nodes/available')).status).toBe(401);
});
