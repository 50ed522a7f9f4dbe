import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import { NodePlacement } from '../../src/nodes/placement/node-placement.service.js';
import type { PlacementRequest } from '../../src/nodes/placement/node-placement.service.js';
import type { PortalType } from '../../src/generated/prisma/client.js';
import {
  addMember,
  createAdmin,
  createEgg,
  createNode,
  createOrganisation,
  createServer,
  createStaff,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { TestNode, TestOrganisation, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
let owner: TestUser;
let organisation: TestOrganisation;
let nodes: Record<'shared' | 'own' | 'ownEnterprise' | 'foreign', TestNode>;
let root: HttpClient;

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const memberOf = async (portalType: PortalType): Promise<TestUser> => {
  const user = await createUser(panel, { portalType });
  await addMember(panel, organisation, user);
  return user;
};
const availableTo = async (user: TestUser): Promise<string[]> => {
  const { body } = await (await as(user)).get<{ id: number }[]>('/api/nodes/available');
  return Object.entries(nodes)
    .filter(([, { id }]) => body.some((node) => node.id === id))
    .map(([name]) => name);
};

beforeAll(async () => {
  panel = await startPanel();
  root = await as(await createAdmin(panel));
  owner = await createUser(panel);
  organisation = await createOrganisation(panel, owner);
  const other = await createOrganisation(panel, await createUser(panel));
  const of = ({ id }: TestOrganisation) => ({ organisation: { connect: { id } } });
  nodes = {
    shared: await createNode(panel, { nodeType: 'free', memory: 8192 }),
    own: await createNode(panel, { nodeType: 'free', memory: 4096, ...of(organisation) }),
    ownEnterprise: await createNode(panel, { nodeType: 'enterprise', ...of(organisation) }),
    foreign: await createNode(panel, { nodeType: 'free', ...of(other) }),
  };
});
afterAll(() => panel.close());

describe('a node of an organisation', () => {
  it('is offered to its members alone, to those of the portal enterprise whatever its type', async () => {
    expect(await availableTo(await createUser(panel))).toEqual(['shared']);
    expect(await availableTo(await createUser(panel, { portalType: 'enterprise' }))).toEqual([]);
    expect(await availableTo(await memberOf('free'))).toEqual(['shared', 'own']);
    expect(await availableTo(await memberOf('paid'))).toEqual([]);
    expect(await availableTo(await memberOf('enterprise'))).toEqual(['own', 'ownEnterprise']);
  });

  it('is offered no longer to somebody who has left', async () => {
    const user = await memberOf('free');
    expect(await availableTo(user)).toContain('own');
    await (await as(user)).post(`/api/organisations/${organisation.id}/leave`);
    expect(await availableTo(user)).toEqual(['shared']);
  });

  it('takes servers of its members alone', async () => {
    const size = { memory: 1024, disk: 1024, cpu: 100, seesAllNodes: false };
    const choose = (
      request: Pick<PlacementRequest, 'ownerId' | 'tier'> & { nodeId?: number; seesAllNodes?: boolean },
    ) => panel.prisma.$transaction((tx) => panel.app.get(NodePlacement).choose(tx, { ...size, ...request }));
    const [stranger, member] = [await createUser(panel), await memberOf('free')];
    const enterprise = await memberOf('enterprise');
    for (const nodeId of [nodes.own.id, nodes.foreign.id]) {
      const message = 'Node not available for your portal tier';
      await expect(choose({ ownerId: stranger.id, tier: 'free', nodeId })).rejects.toMatchObject({ message });
    }
    const refused = { message: 'Node not available for your organisation' };
    const foreign = choose({ ownerId: enterprise.id, tier: 'enterprise', nodeId: nodes.foreign.id });
    await expect(foreign).rejects.toMatchObject(refused);
    const taken = await choose({ ownerId: member.id, tier: 'free', nodeId: nodes.own.id });
    expect(taken.id).toBe(nodes.own.id);
    expect((await choose({ ownerId: stranger.id, tier: 'free' })).id).toBe(nodes.shared.id);
    expect((await choose({ ownerId: enterprise.id, tier: 'enterprise' })).id).toBe(nodes.ownEnterprise.id);
    const byStaff = await choose({ ownerId: stranger.id, tier: 'free', nodeId: nodes.foreign.id, seesAllNodes: true });
    expect(byStaff.id).toBe(nodes.foreign.id);
  });

  it('is bound and released by administrators', async () => {
    const { body } = await root.post<{ node: { id: number } }>('/api/nodes', {
      name: unique(),
      url: 'https://node.example.test:8080',
      token: unique().padEnd(64, 'c'),
      orgId: organisation.id,
    });
    const { id, name, handle } = organisation;
    expect(body.node).toMatchObject({ organisation: { id, name, handle }, organisationId: id });
    const url = `/api/nodes/${body.node.id}`;
    expect((await root.put(url, { name: unique() })).body).toMatchObject({ node: { organisationId: id } });
    expect((await root.put(url, { orgId: 0 })).body).toMatchObject({ node: { organisation: null } });
    expect((await root.put(url, { orgId: id })).body).toMatchObject({ node: { organisationId: id } });
    expect((await root.put(url, { orgId: null })).body).toMatchObject({ node: { organisationId: null } });
    expect(await root.put(url, { orgId: 999_999 })).toMatchObject({
      status: 400,
      body: { error: 'Organisation not found' },
    });
  });
});

describe('the nodes of an organisation', () => {
  it('are listed for members and staff without anything secret', async () => {
    const url = `/api/organisations/${organisation.id}/nodes`;
    const { body, text } = await (await as(await memberOf('free'))).get<{ id: number }[]>(url);
    expect(body.map(({ id }) => id)).toEqual([nodes.own.id, nodes.ownEnterprise.id]);
    expect(body[0]).toEqual({
      id: nodes.own.id,
      nodeId: nodes.own.uuid,
      name: nodes.own.name,
      nodeType: 'free',
      memory: 4096,
      disk: null,
      cpu: null,
      serverLimit: null,
      cost: 0,
      url: 'http://127.0.0.1:1',
      fqdn: null,
      defaultIp: null,
      ipv6Subnet: null,
      location: null,
      portRangeStart: null,
      portRangeEnd: null,
      deploymentsDisabled: false,
      deploymentNotice: null,
    });
    expect(text).not.toContain(nodes.own.token);
    for (const permission of ['org:read', 'nodes:read']) {
      expect((await (await as(await createStaff(panel, [permission]))).get(url)).status).toBe(200);
    }
    expect((await (await as(await createUser(panel))).get(url)).status).toBe(403);
  });
});

describe('the servers of an organisation', () => {
  it('are those on its nodes, from their last-known state and without environment', async () => {
    const [player, egg] = [await memberOf('free'), await createEgg(panel)];
    const resources = { memory_bytes: 5, memory_limit_bytes: 9, disk_bytes: 7, cpu_absolute: 1.5, uptime: 3 };
    const usage = { ...resources, state: 'running', network: { rx_bytes: 0, tx_bytes: 0 } };
    const inside = await createServer(
      panel,
      { owner: player, node: nodes.own, egg },
      { state: 'running', resources: usage, stateAt: new Date(), environment: { SECRET: 'marker-value' } },
    );
    await createServer(panel, { owner: player, node: nodes.shared, egg });
    const away = await createNode(panel, { organisation: { connect: { id: organisation.id } } });
    const state = { nodeId: away.id, status: 'timeout', responseMs: null, at: Date.now() } as const;
    panel.app.get(EventBus).publish('nodes.heartbeats', { states: [state] });
    const lost = await createServer(panel, { owner, node: away, egg }, { state: 'running', resources: usage });
    const url = `/api/organisations/${organisation.id}/servers`;
    const { body, text } = await (await as(owner)).get<{ uuid: string }[]>(url);
    const build = { memory_limit: 1024, disk_space: 10_240, cpu_limit: 100 };
    expect(body.find(({ uuid }) => uuid === inside.uuid)).toEqual({
      uuid: inside.uuid,
      name: inside.name,
      status: 'running',
      state: 'running',
      node: nodes.own.id,
      nodeName: nodes.own.name,
      is_suspended: false,
      hibernated: false,
      resources: usage,
      utilization: usage,
      build,
      container: { image: 'ghcr.io/example/java:21' },
      configuration: { uuid: inside.uuid, meta: { name: inside.name }, build },
    });
    expect(body).toHaveLength(2);
    expect(text).not.toContain('marker-value');
    const withoutNode = body.find(({ uuid }) => uuid === lost.uuid);
    expect(withoutNode).toMatchObject({
      nodeName: away.name,
      status: 'unavailable',
      state: 'unavailable',
      resources: null,
    });
    expect((await (await as(await createUser(panel))).get(url)).status).toBe(403);
  });
});
