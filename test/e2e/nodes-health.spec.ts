import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NodeAuthenticator } from '../../src/common/access/principal-resolver.js';
import { EventBus } from '../../src/common/events/event-bus.js';
import { WRITE_PROBES } from '../../src/nodes/health/health.sql.js';
import { HeartbeatRetention } from '../../src/nodes/health/heartbeat-retention.js';
import { NodeHealth } from '../../src/nodes/health/node-health.service.js';
import { createAdmin, createNode, openSession, unique } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import { WebServer } from '../support/web-server.js';
import { SimulatedWings } from '../support/wings/simulated-wings.ts';
import type { Flavour } from '../support/wings/types.ts';

interface Point {
  timestamp: string;
  responseMs: number | null;
  status: string;
}
interface History {
  points: Point[];
  summary: { uptime_pct: number; avg_ms: number | null; total_checks: number; window: string };
}
interface AdminNode {
  id: number;
  healthy: boolean;
  healthReason: string | null;
  state: string | null;
  stateSince: string | null;
  daemonKind: string;
  daemonVersion: string | null;
  lastHeartbeat: Point | null;
}

/** Three intervals and the time a probe takes; every wait here ends long before. */
const SOON = { within: 6_000 };
let panel: TestPanel;
let admin: HttpClient;
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '1' } });
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
});
afterAll(async () => {
  for (const daemon of daemons) await daemon.crash();
  await panel.close();
});

async function daemonWithNode(flavour: Flavour): Promise<{ wings: SimulatedWings; id: number; bearer: string }> {
  const token = unique().padEnd(64, 'h');
  const wings = new SimulatedWings({ flavour, token, clockScale: 0.01 });
  daemons.push(wings);
  await wings.listenOnly();
  const answer = await admin.post<{ node: { id: number } }>('/api/nodes', { name: unique(), url: wings.url, token });
  return { wings, id: answer.body.node.id, bearer: `Bearer ${token}` };
}

async function stateOf(id: number): Promise<AdminNode> {
  const { body } = await admin.get<AdminNode[]>('/api/admin/nodes');
  const node = body.find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error('no such node');
  return node;
}

const newest = (id: number) =>
  panel.prisma.nodeHeartbeat.findFirst({ where: { nodeId: id }, orderBy: { timestamp: 'desc' } });

describe('probing', () => {
  it.each([
    ['go', '1.12.1'],
    ['rs', '1.1.0'],
  ] as const)('probes a new %s daemon at once and learns its family and version', async (flavour, daemonVersion) => {
    const { id, wings } = await daemonWithNode(flavour);
    await until('the node is known', async () => (await stateOf(id)).daemonKind === flavour, SOON);
    expect(await stateOf(id)).toMatchObject({
      healthy: true,
      daemonVersion,
      lastHeartbeat: { status: 'ok', responseMs: expect.any(Number) },
    });
    expect(wings.calls.every(({ path }) => path.startsWith('/api/system'))).toBe(true);
  });

  it('turns a node ill within an interval when its daemon dies, and well again when it returns', async () => {
    const { id, wings } = await daemonWithNode('go');
    const health = panel.app.get(NodeHealth);
    await until('it is well', async () => (await stateOf(id)).lastHeartbeat?.status === 'ok', SOON);
    await wings.crash();
    await until('it is ill', () => !health.isHealthy(id), SOON);
    expect(await stateOf(id)).toMatchObject({
      healthy: false,
      healthReason: 'The node cannot be reached',
      lastHeartbeat: { status: 'error' },
    });
    await wings.listenOnly();
    await until('it is well again', () => health.isHealthy(id), SOON);
    expect(await stateOf(id)).toMatchObject({ healthy: true, healthReason: null });
    const { body } = await admin.get<History>(`/api/nodes/${id}/heartbeats`);
    expect(new Set(body.points.map(({ status }) => status))).toEqual(new Set(['ok', 'error']));
    expect(body.summary.uptime_pct).toBeLessThan(100);
  });

  it.each([
    [
      'that refuses the token',
      (wings: SimulatedWings) => (wings.faults.wrongToken = true),
      'The node does not accept the token of the panel',
    ],
    ['that fails', (wings: SimulatedWings) => (wings.faults.status500 = true), 'The node answered with status 500'],
    [
      'that answers nonsense',
      (wings: SimulatedWings) => (wings.faults.garbage = true),
      'The node sent an answer that cannot be understood',
    ],
    [
      'that redirects',
      (wings: SimulatedWings) => (wings.faults.redirectTo = 'http://127.0.0.1:1/'),
      'The node answered with status 302',
    ],
  ])('counts a daemon %s as ill and tells why', async (_what, breakIt, reason) => {
    const { id, wings } = await daemonWithNode('rs');
    await until('it is well', async () => (await stateOf(id)).healthy, SOON);
    breakIt(wings);
    await until('it is ill', async () => (await stateOf(id)).healthReason === reason, SOON);
    expect(await newest(id)).toMatchObject({ status: 'error', responseMs: null, source: 'probe' });
  });

  it('counts a daemon that does not answer as a timeout, without holding up the others', async () => {
    const hanging = await daemonWithNode('go');
    hanging.wings.faults.hang = true;
    const other = await daemonWithNode('go');
    const seen = await panel.prisma.nodeHeartbeat.count({ where: { nodeId: other.id } });
    await until(
      'others are still probed',
      async () => (await panel.prisma.nodeHeartbeat.count({ where: { nodeId: other.id } })) > seen + 2,
      SOON,
    );
    await until('it timed out', async () => (await newest(hanging.id))?.status === 'timeout', { within: 15_000 });
    expect(await stateOf(hanging.id)).toMatchObject({
      healthy: false,
      healthReason: 'The node did not answer in time',
    });
  }, 30_000);

  it('probes the others on time while more nodes hang than are probed at a time', async () => {
    let waiting = 0;
    const silent = await WebServer.start({ '/api/system': () => void (waiting += 1) });
    const { url } = silent;
    const dead = await Promise.all(
      Array.from({ length: 35 }, () => createNode(panel, { url, nextProbeAt: new Date() })),
    );
    await until('all of them hang', () => waiting >= dead.length, SOON);
    const other = await daemonWithNode('go');
    await until('the other is known', async () => (await newest(other.id))?.status === 'ok', SOON);
    await panel.prisma.node.deleteMany({ where: { id: { in: dead.map(({ id }) => id) } } });
    await silent.close();
  }, 30_000);

  it('does not take a call of a daemon that it cannot reach for health, but looks again at once', async () => {
    const { id, wings, bearer } = await daemonWithNode('go');
    await until('it is well', async () => (await stateOf(id)).lastHeartbeat?.status === 'ok', SOON);
    await wings.crash();
    await until('it is ill', async () => !(await stateOf(id)).healthy, SOON);
    const far = new Date(Date.now() + 3_600_000);
    await panel.prisma.node.update({ where: { id }, data: { nextProbeAt: far } });
    const { lastSeenAt } = await panel.prisma.node.findUniqueOrThrow({ where: { id } });
    await panel.app.get(NodeAuthenticator).authenticate({ authorization: bearer, userAgent: undefined });
    await until(
      'the call is noted and the probe brought forward',
      async () => {
        const row = await panel.prisma.node.findUniqueOrThrow({ where: { id } });
        return row.lastSeenAt! > lastSeenAt! && row.nextProbeAt < far;
      },
      SOON,
    );
    expect((await stateOf(id)).healthy).toBe(false);
  });
});

describe('the state of a node', () => {
  /** Writes the results of probes, one after the other, and answers the state after each. */
  async function statesAfter(...results: readonly (number | 'error' | 'timeout')[]): Promise<unknown[]> {
    const node = await createNode(panel);
    const states = [];
    for (const result of results) {
      const status = typeof result === 'number' ? 'ok' : result;
      const responseMs = typeof result === 'number' ? result : null;
      const slow = panel.config.env.NODE_SLOW_PROBE_MS;
      const row = [[node.id], [status], [responseMs], [status === 'ok' ? null : 'why'], [null], [null], slow];
      await panel.database.query(WRITE_PROBES, row);
      states.push((await panel.prisma.node.findUniqueOrThrow({ where: { id: node.id } })).healthState);
    }
    events = await panel.prisma.activityEntry.findMany({
      where: { targetType: 'node', targetId: String(node.id) },
      orderBy: { id: 'asc' },
    });
    return states;
  }
  let events: { action: string; metadata: unknown }[] = [];
  const actions = () => events.map(({ action }) => action);

  it('is offline after two failures in a row, and online again after two good answers', async () => {
    const states = await statesAfter(5, 'error', 'timeout', 'error', 5, 5, 5);
    expect(states).toEqual(['online', 'degraded', 'offline', 'offline', 'degraded', 'online', 'online']);
    expect(actions()).toEqual([
      'node:health:online',
      'node:health:degraded',
      'node:health:offline',
      'node:health:degraded',
      'node:health:online',
    ]);
    expect(events[2]?.metadata).toEqual({ before: 'degraded', reason: 'why' });
  });

  it('is degraded by one slow answer, but never offline by any number of them', async () => {
    const states = await statesAfter(5, 3_000, 3_000, 3_000, 5, 3_000, 5, 5);
    expect(states).toEqual([
      'online',
      'degraded',
      'degraded',
      'degraded',
      'degraded',
      'degraded',
      'degraded',
      'online',
    ]);
    expect(actions()).toEqual(['node:health:online', 'node:health:degraded', 'node:health:online']);
  });

  it('stays offline through single good answers between failures', async () => {
    expect(await statesAfter('error', 'error', 5, 'error', 'error')).toEqual([
      'degraded',
      'offline',
      'degraded',
      'degraded',
      'offline',
    ]);
  });

  it('is shown with its age, and as maintenance when an administrator says so', async () => {
    const told: unknown[] = [];
    panel.app.get(EventBus).on('node.state_changed', (event) => told.push(event));
    const { id, wings } = await daemonWithNode('go');
    await until('it is online', async () => (await stateOf(id)).state === 'online', SOON);
    expect(Date.parse(String((await stateOf(id)).stateSince))).toBeGreaterThan(Date.now() - 60_000);
    await wings.crash();
    await until('it is offline', async () => (await stateOf(id)).state === 'offline', SOON);
    expect(told).toEqual(
      expect.arrayContaining([
        { nodeId: id, state: 'online', before: null },
        { nodeId: id, state: 'offline', before: 'degraded' },
      ]),
    );
    await admin.put(`/api/nodes/${id}`, { maintenance: true });
    expect((await stateOf(id)).state).toBe('maintenance');
  });
});

describe('the history', () => {
  const at = (secondsAgo: number): Date => new Date(Date.now() - secondsAgo * 1000);

  it('holds the last 200 heartbeats of every node, oldest first, and nothing for a node without any', async () => {
    const [busy, silent] = [await createNode(panel), await createNode(panel)];
    const beats = Array.from({ length: 250 }, (_, index) => ({
      nodeId: busy.id,
      status: 'ok' as const,
      responseMs: index,
      source: 'probe',
      timestamp: at(1000 - index),
    }));
    await panel.prisma.nodeHeartbeat.createMany({ data: beats });
    const { body } = await admin.get<Record<string, Point[]>>('/api/nodes/heartbeats');
    expect(body[silent.id]).toEqual([]);
    expect(body[busy.id]?.map(({ responseMs }) => responseMs)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 50),
    );
    expect(body[busy.id]?.[0]).toEqual({ timestamp: beats[50]!.timestamp.toISOString(), responseMs: 50, status: 'ok' });
  });

  it('sums a day or a week, and treats any other window as a day', async () => {
    const node = await createNode(panel);
    const beat = { nodeId: node.id, source: 'probe' };
    await panel.prisma.nodeHeartbeat.createMany({
      data: [
        { ...beat, status: 'ok', responseMs: 10, timestamp: at(60) },
        { ...beat, status: 'ok', responseMs: 21, timestamp: at(120) },
        { ...beat, status: 'timeout', timestamp: at(180) },
        { ...beat, status: 'ok', responseMs: 90, timestamp: at(3 * 86_400) },
      ],
    });
    const history = async (query: string) =>
      (await admin.get<History>(`/api/nodes/${node.uuid}/heartbeats${query}`)).body;
    expect((await history('')).summary).toEqual({ uptime_pct: 66.7, avg_ms: 16, total_checks: 3, window: '24h' });
    expect((await history('?window=7d')).summary).toEqual({
      uptime_pct: 75,
      avg_ms: 40,
      total_checks: 4,
      window: '7d',
    });
    expect((await history('?window=1y')).summary).toMatchObject({ total_checks: 3, window: '1y' });
    // A week is told by the hour: an hour with a failure shows as one.
    const hours = (await history('?window=7d')).points;
    expect(hours[0]).toMatchObject({ status: 'ok' });
    expect(hours.filter(({ status }) => status === 'timeout')).toHaveLength(1);
    expect(new Set(hours.map(({ timestamp }) => timestamp.slice(13)))).toEqual(new Set([':00:00.000Z']));
    expect((await admin.get('/api/nodes/999999/heartbeats')).status).toBe(404);
  });

  it('of a node without heartbeats is empty and flawless', async () => {
    const node = await createNode(panel);
    const { body } = await admin.get<History>(`/api/nodes/${node.id}/heartbeats`);
    expect(body).toEqual({ points: [], summary: { uptime_pct: 100, avg_ms: null, total_checks: 0, window: '24h' } });
  });

  it('of a day is thinned out to 2,000 points without losing the one failure', async () => {
    const node = await createNode(panel);
    const text = `
      INSERT INTO "NodeHeartbeat" ("nodeId", "source", "status", "responseMs", "timestamp")
      SELECT $1, 'probe', CASE n WHEN 12345 THEN 'error' ELSE 'ok' END::"HeartbeatStatus",
        CASE n WHEN 12345 THEN NULL ELSE 5 END, now() - make_interval(secs => 30 + n * 4.2)
      FROM generate_series(1, 20000) AS n`;
    await panel.database.query({ name: 'test_many_heartbeats', text }, [node.id]);
    const { body } = await admin.get<History>(`/api/nodes/${node.id}/heartbeats?window=24h`);
    expect(body.points.length).toBeLessThanOrEqual(2_000);
    expect(body.points.length).toBeGreaterThan(1_900);
    expect(body.points.filter(({ status }) => status === 'error')).toHaveLength(1);
    expect(body.summary).toMatchObject({ total_checks: 20_000, avg_ms: 5, uptime_pct: 100 });
    const times = body.points.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort());
  });

  it('of a week is told from the sums, which stay when the heartbeats are gone', async () => {
    const node = await createNode(panel);
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const sums = (hoursAgo: number, checks: number, good: number) => ({
      nodeId: node.id,
      hour: new Date(hour - hoursAgo * 3_600_000),
      ...{ checks, good, timeouts: checks - good, measured: good, responseMs: good * 20 },
    });
    // One is older than a week.
    await panel.prisma.nodeHeartbeatHour.createMany({
      data: [sums(200, 120, 0), sums(100, 120, 120), sums(99, 120, 60)],
    });
    const now = { nodeId: node.id, source: 'probe', status: 'ok', responseMs: 20 } as const;
    await panel.prisma.nodeHeartbeat.create({ data: now });
    const { body } = await admin.get<History>(`/api/nodes/${node.id}/heartbeats?window=7d`);
    expect(body.summary).toEqual({ uptime_pct: 75.1, avg_ms: 20, total_checks: 241, window: '7d' });
    expect(body.points.map(({ status }) => status)).toEqual(['ok', 'timeout', 'ok']);
  });

  it('of a month is summed up by the hour, also for hours that are not summed up yet', async () => {
    const node = await createNode(panel);
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const beat = (hoursAgo: number, status: 'ok' | 'timeout' | 'error', responseMs: number | null) => ({
      nodeId: node.id,
      source: 'probe',
      status,
      responseMs,
      timestamp: new Date(hour - hoursAgo * 3_600_000 + 60_000),
    });
    await panel.prisma.nodeHeartbeat.createMany({
      data: [
        beat(50, 'ok', 10),
        beat(50, 'ok', 20),
        beat(49, 'timeout', null),
        beat(49, 'ok', 30),
        beat(48, 'error', null),
      ],
    });
    const month = async () => (await admin.get<History>(`/api/nodes/${node.id}/heartbeats?window=30d`)).body;
    const before = await month();
    expect(before.points.map(({ status, responseMs }) => [status, responseMs])).toEqual([
      ['ok', 15],
      ['timeout', 30],
      ['error', null],
    ]);
    expect(before.points[0]?.timestamp).toBe(new Date(hour - 50 * 3_600_000).toISOString());
    expect(before.summary).toEqual({ uptime_pct: 60, avg_ms: 20, total_checks: 5, window: '30d' });
    await panel.prisma.nodeHeartbeatHour.deleteMany();
    const retention = panel.app.get(HeartbeatRetention);
    await retention.purge();
    await retention.purge();
    expect(await panel.prisma.nodeHeartbeatHour.count({ where: { nodeId: node.id } })).toBe(3);
    await panel.prisma.nodeHeartbeat.createMany({ data: [beat(0, 'ok', 40)] });
    const after = await month();
    expect(after.points).toEqual([
      ...before.points,
      { timestamp: new Date(hour).toISOString(), responseMs: 40, status: 'ok' },
    ]);
    await panel.prisma.nodeHeartbeat.deleteMany({ where: { nodeId: node.id, timestamp: { lt: new Date(hour) } } });
    expect(await month()).toEqual(after);
    const ancient = { nodeId: node.id, checks: 1, good: 1, timeouts: 0, measured: 0, responseMs: 0 };
    await panel.prisma.nodeHeartbeatHour.create({ data: { ...ancient, hour: at(91 * 86_400) } });
    await retention.purge();
    expect(await panel.prisma.nodeHeartbeatHour.count({ where: { nodeId: node.id } })).toBe(3);
  });

  it('loses what is older than a week', async () => {
    const node = await createNode(panel);
    const beat = { nodeId: node.id, status: 'ok' as const, source: 'probe' };
    await panel.prisma.nodeHeartbeat.createMany({
      data: [
        { ...beat, timestamp: at(7 * 86_400 + 60) },
        { ...beat, timestamp: at(7 * 86_400 - 60) },
      ],
    });
    await panel.app.get(HeartbeatRetention).purge();
    expect(await panel.prisma.nodeHeartbeat.count({ where: { nodeId: node.id } })).toBe(1);
  });
});
