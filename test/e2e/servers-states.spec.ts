import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventBus } from '../../src/common/events/event-bus.js';
import { ServerInstallation } from '../../src/servers/installation/server-installation.service.js';
import { ServerStates } from '../../src/servers/states/server-states.service.js';
import { announce, daemonOf } from '../support/daemons.js';
import { createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';
import { until } from '../support/until.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';
import type { Flavour } from '../support/wings/types.js';

let panel: TestPanel;
let owner: TestUser;
let egg: TestEgg;
let states: ServerStates;
let installation: ServerInstallation;
const daemons: SimulatedWings[] = [];
const changes: { serverUuid: string; state: string }[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_PROBE_INTERVAL_SECONDS: '1' } });
  [owner, egg] = [await createUser(panel), await createEgg(panel)];
  [states, installation] = [panel.app.get(ServerStates), panel.app.get(ServerInstallation)];
  panel.app.get(EventBus).on('server.state_changed', (change) => changes.push(change));
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.crash();
  changes.length = 0;
});
afterAll(() => panel.close());

const row = ({ uuid }: { uuid: string }) => panel.prisma.server.findUniqueOrThrow({ where: { uuid } });
const quietNode = (): Promise<TestNode> =>
  createNode(panel, { nextPollAt: new Date(Date.now() + 86_400_000), healthStatus: null, healthCheckedAt: null });

async function daemonFor(node: TestNode, flavour: Flavour = 'rs', clockScale = 0.01): Promise<SimulatedWings> {
  const daemon = daemonOf(panel, node, flavour, { clockScale });
  daemons.push(daemon);
  await daemon.boot();
  await announce(panel, node, daemon);
  return daemon;
}

const resources = {
  memory_bytes: 1,
  memory_limit_bytes: 2,
  disk_bytes: 3,
  cpu_absolute: 4,
  uptime: 5,
  network: { rx_bytes: 6, tx_bytes: 7 },
};

describe('what a node tells of its servers', () => {
  it('is noted in one statement, only for its own servers, and changes are told once', async () => {
    const [node, other] = [await quietNode(), await quietNode()];
    const [mine, second] = [
      await createServer(panel, { owner, node, egg }),
      await createServer(panel, { owner, node, egg }),
    ];
    const foreign = await createServer(panel, { owner, node: other, egg });
    const report = [
      { uuid: mine.uuid.toUpperCase(), state: 'running', resources },
      { uuid: second.uuid, state: 'offline' },
      { uuid: foreign.uuid, state: 'running', resources },
      { uuid: randomUUID(), state: 'running', resources },
      { uuid: "'; DROP TABLE", state: 'running', resources },
      { uuid: second.uuid, state: 'on fire', resources },
    ];
    await states.record(node.id, report);
    expect(await row(mine)).toMatchObject({ state: 'running', resources: { ...resources, state: 'running' } });
    expect(await row(foreign)).toMatchObject({ state: 'offline', resources: null, stateAt: null });
    expect(changes).toEqual([{ serverUuid: mine.uuid, state: 'running' }]);
    expect(await statementsOf(panel, () => states.record(node.id, report))).toBe(1);
    expect(changes).toHaveLength(1);
    await states.record(node.id, [{ uuid: mine.uuid, state: 'stopping' }]);
    expect(await row(mine)).toMatchObject({ state: 'stopping', resources });
  });

  it('is asked for by polls, and one node that hangs keeps no other waiting', async () => {
    const [hanging, healthy] = [await createNode(panel), await createNode(panel)];
    const [stuck, fine] = [await daemonFor(hanging), await daemonFor(healthy)];
    stuck.faults.hang = '/api/servers';
    await createServer(panel, { owner, node: hanging, egg });
    const server = await createServer(panel, { owner, node: healthy, egg });
    const session = await openSession(panel, owner);
    await fine.restart();
    await announce(panel, healthy, fine);
    fine.setState(server.uuid, 'running');
    await until('the healthy node was asked', async () => (await row(server)).state === 'running');
    await stuck.waitForCall(({ path }) => path === '/api/servers');
    const begin = performance.now();
    expect((await panel.as(session).get('/api/servers')).status).toBe(200);
    expect(performance.now() - begin).toBeLessThan(1_500);
    fine.setState(server.uuid, 'offline');
    await until('it was asked again', async () => (await row(server)).state === 'offline');
  });
});

describe('the end of an installation', () => {
  const installing = async (node: TestNode, values = {}): Promise<TestServer> =>
    createServer(panel, { owner, node, egg }, { installState: 'installing', installedAt: null, ...values });
  const mails = (server: TestServer) =>
    panel.prisma.outboundMail.count({ where: { subject: `${server.name} is ready` } });
  const entries = ({ uuid }: TestServer) =>
    panel.prisma.activityEntry.count({ where: { targetId: uuid, action: { startsWith: 'wings:install' } } });

  it('counts once, mails once, and only on its own node', async () => {
    const [node, other] = [await quietNode(), await quietNode()];
    const server = await installing(node);
    const report = { successful: true, reinstall: false };
    await expect(installation.report(other.id, server.uuid, report)).rejects.toMatchObject({ status: 404 });
    await Promise.all(Array.from({ length: 10 }, () => installation.report(node.id, server.uuid, report)));
    expect(await row(server)).toMatchObject({ installState: 'installed', installedAt: expect.any(Date) });
    expect([await mails(server), await entries(server)]).toEqual([1, 1]);
    await installation.report(node.id, server.uuid, { successful: false, reinstall: false });
    expect((await row(server)).installState).toBe('installed');
  });

  it('may be a failure, after which a success counts', async () => {
    const node = await quietNode();
    const server = await installing(node);
    await installation.report(node.id, server.uuid, { successful: false, reinstall: false });
    expect([(await row(server)).installState, await mails(server)]).toEqual(['failed', 0]);
    await installation.report(node.id, server.uuid, { successful: true, reinstall: true });
    expect([(await row(server)).installState, await mails(server)]).toEqual(['installed', 1]);
  });

  it('comes with the daemon’s restart on Go, and not on wings-rs', async () => {
    const [go, rs] = [await quietNode(), await quietNode()];
    const [fresh, again, other] = [
      await installing(go),
      await installing(go, { installedAt: new Date() }),
      await installing(rs),
    ];
    await installation.nodeReset(go.id, 'go');
    await installation.nodeReset(rs.id, 'rs');
    expect((await row(fresh)).installState).toBe('failed');
    expect((await row(again)).installState).toBe('installed');
    expect((await row(other)).installState).toBe('installing');
  });
});

describe('a node that is reconciled', () => {
  it.each(['go', 'rs'] as const)('(%s) starts what should run, and nothing else', async (flavour) => {
    const node = await quietNode();
    const wanted = { desiredPower: true } as const;
    const on = await createServer(panel, { owner, node, egg }, wanted);
    const off = await createServer(panel, { owner, node, egg });
    const suspended = await createServer(panel, { owner, node, egg }, { ...wanted, suspended: true });
    const installing = await createServer(panel, { owner, node, egg }, wanted);
    // In real time: what a daemon starts by itself comes seconds later.
    const daemon = await daemonFor(node, flavour, 1);
    daemon.options.clockScale = 0.01;
    // The reset of a Go daemon ends installations.
    await daemon.waitForPanelCall(({ path }) => path === '/servers/reset');
    await panel.prisma.server.update({ where: { uuid: installing.uuid }, data: { installState: 'installing' } });
    await panel.prisma.server.update({ where: { uuid: off.uuid }, data: { name: 'Renamed', syncPending: true } });
    await states.reconcile(node.id);
    await until('it runs', () => daemon.server(on.uuid).state === 'running');
    expect((daemon.server(off.uuid).settings['meta'] as { name: string }).name).toBe('Renamed');
    expect((await row(off)).syncPending).toBe(false);
    const started = daemon.calls.filter(
      ({ path, body }) => path.endsWith('/power') && JSON.stringify(body).includes('start'),
    );
    expect(started.map(({ path }) => path)).toEqual([`/api/servers/${on.uuid}/power`]);
    expect([daemon.server(off.uuid).state, daemon.server(suspended.uuid).state]).toEqual(['offline', 'offline']);
    expect(daemon.calls.some(({ path }) => path.includes(installing.uuid) && path.endsWith('/power'))).toBe(false);
  });

  it.each(['go', 'rs'] as const)(
    '(%s) starts thirty servers a few at a time, and none that must not run',
    async (flavour) => {
      const node = await quietNode();
      const target = await quietNode();
      const made = async (amount: number, values: object): Promise<TestServer[]> => {
        const servers = [];
        for (let index = 0; index < amount; index += 1)
          servers.push(await createServer(panel, { owner, node, egg }, { desiredPower: true, ...values }));
        return servers;
      };
      const wanted = await made(30, {});
      const left = [
        ...(await made(1, { suspended: true })),
        ...(await made(1, { dmca: true })),
        ...(await made(1, { hibernated: true })),
        ...(await made(1, { desiredPower: false })),
      ];
      const [moving] = await made(1, {});
      // In real time: what wings-rs starts by itself comes seconds later.
      const daemon = await daemonFor(node, flavour, 1);
      await daemon.waitForPanelCall(({ path }) => path === '/servers/reset');
      daemon.options.clockScale = 0.01;
      daemon.options.latencyMs = 20;
      await panel.prisma.server.update({ where: { uuid: moving!.uuid }, data: { transferring: true } });
      await panel.prisma.serverTransfer.create({
        data: {
          serverUuid: moving!.uuid,
          activeServerUuid: moving!.uuid,
          sourceNodeId: node.id,
          targetNodeId: target.id,
          state: 'sending',
          deadlineAt: new Date(Date.now() + 3_600_000),
        },
      });
      await states.reconcile(node.id);
      const started = daemon.calls.filter(({ path }) => path.endsWith('/power')).map(({ path }) => path.split('/')[3]);
      expect(started.sort()).toEqual(wanted.map(({ uuid }) => uuid).sort());
      expect(daemon.mostPowerRequests).toBeGreaterThan(1);
      expect(daemon.mostPowerRequests).toBeLessThanOrEqual(5);
      await until('all of them run', () => wanted.every(({ uuid }) => daemon.server(uuid).state === 'running'));
      expect([...left, moving!].map(({ uuid }) => daemon.server(uuid).state)).toEqual(Array(5).fill('offline'));
    },
    60_000,
  );

  it('deletes what was noted, but never a server that the panel knows', async () => {
    const node = await quietNode();
    const [known, gone] = [
      await createServer(panel, { owner, node, egg }),
      await createServer(panel, { owner, node, egg }),
    ];
    const daemon = await daemonFor(node);
    await panel.prisma.allocation.deleteMany({ where: { serverUuid: gone.uuid } });
    await panel.prisma.server.delete({ where: { uuid: gone.uuid } });
    await panel.prisma.nodeServerDeletion.createMany({
      data: [known, gone].map(({ uuid }) => ({ serverUuid: uuid, nodeId: node.id })),
    });
    await states.reconcile(node.id);
    expect([daemon.servers.has(known.uuid), daemon.servers.has(gone.uuid)]).toEqual([true, false]);
    expect(await panel.prisma.nodeServerDeletion.count({ where: { nodeId: node.id } })).toBe(0);
  });

  it('is tried again when it does not answer', async () => {
    const node = await quietNode();
    await createServer(panel, { owner, node, egg });
    await expect(states.reconcile(node.id)).rejects.toMatchObject({ status: 504 });
  });
});
