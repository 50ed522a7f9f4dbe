import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Retention } from '../../src/admin/retention/retention.service.js';
import {
  createAdmin,
  createApiKey,
  createEgg,
  createNode,
  createServer,
  createStaff,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';

const HEARTBEAT = '/api/admin/antiabuse/heartbeat';
const EVENTS = '/api/admin/antiabuse/events';

interface Beat {
  agentId: string;
  activeAgents: number;
  totalAgents: number;
  commands?: unknown[];
}

let panel: TestPanel;
let owner: TestUser;
let egg: TestEgg;
let node: TestNode;
let server: TestServer;
let admin: HttpClient;
beforeAll(async () => {
  panel = await startPanel();
  [owner, egg] = [await createUser(panel), await createEgg(panel)];
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
});
beforeEach(async () => {
  await panel.prisma.abuseAgent.deleteMany();
  await panel.prisma.abuseIncident.deleteMany();
  node = await createNode(panel);
  server = await createServer(panel, { owner, node, egg });
});
afterAll(() => panel.close());

/** As the patched daemon calls: the token alone, and a User-Agent that says nothing. */
const agentOf = ({ token }: TestNode) => panel.as({ headers: { authorization: `Bearer ${token}` } });
const beat = async (who: HttpClient, body: object = {}): Promise<Beat> => {
  const { status, body: answer } = await who.post<Beat>(HEARTBEAT, {
    agentId: 'wings@host',
    detectorName: 'wings',
    ...body,
  });
  expect(status).toBe(200);
  return answer;
};
const event = (changes: object = {}) => ({
  serverId: server.uuid,
  reason: 'Outbound port scan',
  nodeName: 'whatever the daemon says',
  detectionType: 'port_scan',
  enforcementAction: 'ALERT',
  strikeCount: 2,
  suspendAttempted: false,
  suspendSuccess: false,
  detectorName: 'wings',
  metrics: { cpu: 97.5 },
  recentEvents: [{ port: 22 }],
  ...changes,
});
const report = (who: HttpClient, changes: object = {}) => who.post<{ submissionId: number }>(EVENTS, event(changes));
const incidents = () => panel.prisma.abuseIncident.findMany({ orderBy: { id: 'asc' } });
const stateOf = () =>
  panel.prisma.server.findUniqueOrThrow({
    where: { uuid: server.uuid },
    select: { suspended: true, suspendedBy: true, suspendedReason: true },
  });

describe('the heartbeat of an agent', () => {
  it('counts agents; a node has one, whatever it calls itself', async () => {
    expect(await beat(agentOf(node))).toEqual({
      success: true,
      agentId: 'wings@host',
      activeAgents: 1,
      totalAgents: 1,
    });
    for (let name = 0; name < 5; name += 1) await beat(agentOf(node), { agentId: `other-${name}` });
    await panel.prisma.abuseAgent.updateMany({ data: { lastSeenAt: new Date(Date.now() - 300_000) } });
    const other = agentOf(await createNode(panel));
    expect(await beat(other)).toMatchObject({ activeAgents: 1, totalAgents: 2 });
    expect(await beat(admin, { agentId: undefined, detectorName: undefined, nodeName: 'n1' })).toMatchObject({
      agentId: 'antiabuse-rs@n1',
      activeAgents: 2,
      totalAgents: 3,
    });
  });

  it('is answered with the command that waits for the node, once, and for no other', async () => {
    const command = { nodeId: node.id, action: 'restart', payload: { reason: 'upgrade' } };
    expect((await admin.post('/api/wings/command', command)).status).toBe(200);
    expect(await beat(agentOf(await createNode(panel)))).not.toHaveProperty('commands');
    expect(await beat(admin)).not.toHaveProperty('commands');
    const both = await Promise.all([beat(agentOf(node)), beat(agentOf(node))]);
    const handed = both.flatMap(({ commands = [] }) => commands);
    expect(handed).toEqual([{ action: 'restart', payload: { reason: 'upgrade' } }]);
    expect(await beat(agentOf(node))).not.toHaveProperty('commands');
  });

  it('costs one statement', async () => {
    await beat(agentOf(node));
    expect(await statementsOf(panel, () => beat(agentOf(node)))).toBe(1);
  });
});

describe('a reported incident', () => {
  it('is kept with the names of the panel, not those of the daemon', async () => {
    const { status, body } = await report(agentOf(node));
    expect(status).toBe(200);
    const [incident] = await incidents();
    expect(body).toEqual({
      success: true,
      submissionId: incident?.id,
      formId: null,
      aiAssessment: null,
      emailSent: false,
      emailError: null,
    });
    expect(incident).toMatchObject({
      status: 'pending',
      serverUuid: server.uuid,
      serverName: server.name,
      nodeId: node.id,
      nodeName: node.name,
      enforcementAction: 'alert',
      detectionType: 'port_scan',
      strikeCount: 2,
      metrics: { cpu: 97.5 },
      recentEvents: [{ port: 22 }],
    });
    expect(await stateOf()).toMatchObject({ suspended: false });
  });

  it('is brought up to date by its number, of the same server only', async () => {
    const { body } = await report(agentOf(node));
    const incidentId = body.submissionId;
    expect((await report(agentOf(node), { incidentId, strikeCount: 3 })).body).toMatchObject({
      submissionId: incidentId,
      updated: true,
    });
    const foreign = await createServer(panel, { owner, node, egg });
    expect((await report(agentOf(node), { incidentId, serverId: foreign.uuid })).status).toBe(404);
    expect(await incidents()).toMatchObject([{ strikeCount: 3, serverUuid: server.uuid }]);
  });

  it.each(['suspend', 'Block'])('with the action %s suspends the server, once', async (enforcementAction) => {
    for (let times = 0; times < 2; times += 1) {
      expect((await report(agentOf(node), { enforcementAction })).status).toBe(200);
    }
    expect(await stateOf()).toEqual({
      suspended: true,
      suspendedBy: 'anti-abuse system',
      suspendedReason: 'Outbound port scan',
    });
    expect(await incidents()).toMatchObject([{ suspendSuccess: true }, { suspendSuccess: false }]);
    const log = { targetId: server.uuid, action: 'server:suspend' };
    expect(await panel.prisma.activityEntry.count({ where: log })).toBe(1);
  });

  it('is nothing for a node that does not have the server, and nothing is suspended', async () => {
    const { status } = await report(agentOf(await createNode(panel)), { enforcementAction: 'suspend' });
    expect(status).toBe(404);
    expect([await incidents(), (await stateOf()).suspended]).toEqual([[], false]);
    expect((await report(agentOf(node), { serverId: crypto.randomUUID() })).status).toBe(404);
  });

  it.each([
    [{ serverId: undefined }],
    [{ serverId: 'all' }],
    [{ reason: undefined }],
    [{ reason: 'x'.repeat(601) }],
    [{ targetPort: 70_000 }],
    [{ sourceIp: 'somewhere' }],
    [{ recentEvents: 'many' }],
  ])('of the wrong form (%p) is refused', async (changes) => {
    expect((await report(agentOf(node), changes)).status).toBe(400);
  });

  it('takes little room, however much is told and however often', async () => {
    const huge = {
      metrics: { text: 'y'.repeat(40_000) },
      recentEvents: Array.from({ length: 200 }, (_, port) => ({ port })),
    };
    await report(agentOf(node), huge);
    const [incident] = await incidents();
    expect(JSON.stringify(incident?.metrics).length).toBeLessThanOrEqual(4_096);
    expect((incident?.recentEvents as { port: number }[])[0]).toEqual({ port: 170 });
    for (let from = 0; from < 110; from += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, n) => report(agentOf(node), { strikeCount: from + n })));
    }
    expect(await panel.prisma.abuseIncident.count()).toBe(100);
    expect((await incidents()).map(({ id }) => id)).not.toContain(incident?.id);
  });

  it('is removed after a year, an agent after a week of silence', async () => {
    await report(agentOf(node));
    await beat(agentOf(node));
    await panel.prisma.abuseIncident.updateMany({ data: { createdAt: new Date(Date.now() - 366 * 86_400_000) } });
    await panel.prisma.abuseAgent.updateMany({ data: { lastSeenAt: new Date(Date.now() - 8 * 86_400_000) } });
    await panel.app.get(Retention).purge();
    expect([await panel.prisma.abuseIncident.count(), await panel.prisma.abuseAgent.count()]).toEqual([0, 0]);
  });
});

describe('who may report', () => {
  it('are holders of the permission, by session and by key, of every server', async () => {
    const staff = await createStaff(panel, ['admin:antiabuse']);
    const key = await createApiKey(panel, staff, { permissions: ['admin:antiabuse'] });
    const without = await createApiKey(panel, staff, { permissions: ['servers:read'] });
    for (const [caller, status] of [
      [await openSession(panel, staff), 200],
      [key, 200],
      [without, 403],
      [await openSession(panel, owner), 403],
      [{ headers: { authorization: `Bearer ${'f'.repeat(64)}` } }, 401],
      [{ headers: {} }, 401],
    ] as const) {
      expect((await report(panel.as(caller))).status).toBe(status);
      expect((await panel.as(caller).post(HEARTBEAT, {})).status).toBe(status);
    }
    expect(await incidents()).toHaveLength(2);
  });
});
