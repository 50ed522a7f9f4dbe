import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Jobs } from '../../src/common/jobs/jobs.service.js';
import { NodeCommands } from '../../src/nodes/commands/node-commands.service.js';
import { NodeReboots } from '../../src/servers/fleet/node-reboots.service.js';
import { announce, daemonOf, FLAVOURS } from '../support/daemons.js';
import {
  createAdmin,
  createAllocations,
  createEgg,
  createNode,
  createServer,
  createUser,
  openSession,
} from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.ts';
import type { Flavour } from '../support/wings/types.ts';

interface Operation {
  operationId: string;
  status: string;
  message?: string;
  onlineCount?: number;
  totalServers?: number;
  progress: number;
  killedCount: number;
  servers: { uuid: string; stop?: string; kill?: string; start?: string }[];
  createdAt: number;
}
interface AddressChange {
  totalServersOnNode: number;
  updatedCount: number;
  errorCount: number;
  updatedServers: { uuid: string; name: string }[];
  errors?: { uuid: string; error: string }[];
}

const [OLD, NEW] = ['203.0.113.50', '203.0.113.60'];
let panel: TestPanel;
let admin: HttpClient;
let owner: TestUser;
let egg: TestEgg;
let node: TestNode;
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { NODE_REBOOT_GRACE_SECONDS: '2' } });
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  owner = await createUser(panel);
  egg = await createEgg(panel);
});
beforeEach(async () => {
  node = await createNode(panel);
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.stop();
});
afterAll(() => panel.close());

/** A daemon with the node's servers, all of them running. */
async function daemonFor(flavour: Flavour = 'rs'): Promise<SimulatedWings> {
  const daemon = daemonOf(panel, node, flavour);
  daemons.push(daemon);
  await daemon.boot();
  await announce(panel, node, daemon);
  for (const uuid of daemon.servers.keys()) daemon.setState(uuid, 'running');
  return daemon;
}
const serverOn = (values: Parameters<typeof createServer>[2] = {}): Promise<TestServer> =>
  createServer(panel, { owner, node, egg }, values);
const powers = (daemon: SimulatedWings, uuid: string): unknown[] =>
  daemon.calls.flatMap(({ path, body }) => {
    return path === `/api/servers/${uuid}/power` ? [(body as { action: string }).action] : [];
  });

describe('a reboot of all servers', () => {
  const start = () => admin.post<Operation>(`/api/nodes/${node.id}/reboot-all-servers`);
  const statusOf = async (id: string): Promise<Operation> =>
    (await admin.get<Operation>(`/api/nodes/${node.uuid}/reboot-status/${id}`)).body;
  const end = (id: string): Promise<Operation> =>
    until(
      'the reboot is over',
      async () => {
        const operation = await statusOf(id);
        return operation.status === 'running' ? undefined : operation;
      },
      { within: 30_000 },
    );

  it.each(FLAVOURS)(
    'stops and starts what runs on %s, and leaves suspended and stopped servers alone',
    async (flavour) => {
      const running = await serverOn({ desiredPower: true });
      const suspended = await serverOn({ suspended: true });
      const stopped = await serverOn();
      const stopping = await serverOn();
      const daemon = await daemonFor(flavour);
      daemon.setState(stopped.uuid, 'offline');
      daemon.setState(stopping.uuid, 'stopping');
      const { status, body } = await start();
      expect(status).toBe(200);
      expect(body).toEqual({ operationId: expect.any(String), status: 'running', totalServers: 4, onlineCount: 1 });
      const operation = await end(body.operationId);
      expect(operation).toMatchObject({
        status: 'completed',
        progress: 100,
        totalServers: 4,
        onlineCount: 1,
        createdAt: expect.any(Number),
      });
      expect(operation.servers).toEqual([
        expect.objectContaining({ uuid: running.uuid, name: running.name, stop: 'stopped', start: 'started' }),
      ]);
      expect(powers(daemon, running.uuid).at(0)).toBe('stop');
      expect(powers(daemon, running.uuid).at(-1)).toBe('start');
      for (const { uuid } of [suspended, stopped, stopping]) expect(powers(daemon, uuid)).toEqual([]);
      const where = { action: 'node:reboot-all', targetId: String(node.id) };
      expect(await panel.prisma.activityEntry.count({ where })).toBe(1);
    },
  );

  it('kills what does not stop in time', async () => {
    const { uuid } = await serverOn({ desiredPower: true });
    const daemon = await daemonFor('go');
    daemon.options.stopDelayMs = 1_000_000_000;
    const { operationId } = (await start()).body;
    const operation = await end(operationId);
    expect(operation).toMatchObject({ status: 'completed', killedCount: 1 });
    expect(operation.servers[0]).toMatchObject({ uuid, kill: 'killed', start: 'started' });
    expect(powers(daemon, uuid)).toEqual(['stop', 'kill', 'start']);
  });

  it('does not bring back what its owner stopped in the meantime', async () => {
    const { uuid } = await serverOn({ desiredPower: true });
    const daemon = await daemonFor('go');
    daemon.options.stopDelayMs = 1_000_000_000;
    const { operationId } = (await start()).body;
    await panel.prisma.server.update({ where: { uuid }, data: { desiredPower: false } });
    const operation = await end(operationId);
    expect(operation.servers[0]).not.toHaveProperty('start');
    expect(powers(daemon, uuid)).toEqual(['stop', 'kill']);
  });

  it('has nothing to do where nothing runs', async () => {
    const { uuid } = await serverOn();
    const daemon = await daemonFor();
    daemon.setState(uuid, 'offline');
    const { body } = await start();
    const message = 'No running servers to reboot';
    expect(body).toEqual({ operationId: expect.any(String), status: 'completed', message });
    expect(await statusOf(body.operationId)).toMatchObject({ status: 'completed', message, progress: 100 });
  });

  it('of 50 requests at once begins one, and answers all of them with it', async () => {
    await serverOn({ desiredPower: true });
    const daemon = await daemonFor('go');
    // So that it goes on for as long as the requests take.
    daemon.faults.hang = '/api/servers/';
    const answers = await Promise.all(Array.from({ length: 50 }, start));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const ids = new Set(answers.map(({ body }) => body.operationId));
    expect(ids.size).toBe(1);
    await daemon.crash();
    expect(await panel.prisma.nodeOperation.count({ where: { nodeId: node.id } })).toBe(1);
  });

  it('goes on where a process that died left it', async () => {
    const [done, left] = [await serverOn({ desiredPower: true }), await serverOn({ desiredPower: true })];
    const daemon = await daemonFor('go');
    for (const { uuid } of [done, left]) daemon.setState(uuid, 'offline');
    const { id } = await panel.prisma.nodeOperation.create({
      data: {
        nodeId: node.id,
        runningOn: node.id,
        phase: 'start',
        progress: 70,
        totalServers: 2,
        onlineCount: 2,
        leaseUntil: new Date(Date.now() - 1),
        servers: [
          { ...target(done), stop: 'stopped', start: 'started' },
          { ...target(left), stop: 'stopped' },
        ],
      },
    });
    await panel.app.get(NodeReboots).watch();
    const operation = await end(id);
    expect(operation).toMatchObject({ status: 'completed', progress: 100 });
    expect(powers(daemon, done.uuid)).toEqual([]);
    expect(powers(daemon, left.uuid)).toEqual(['start']);
  });

  it('is left to the process that works on it', async () => {
    const { id } = await panel.prisma.nodeOperation.create({
      data: { nodeId: node.id, runningOn: node.id, leaseUntil: new Date(Date.now() + 60_000), servers: [] },
    });
    await panel.app.get(NodeReboots).watch();
    await panel.app.get(Jobs).enqueue('node.reboot', { operationId: id });
    const jobs = { name: 'test_reboot_jobs', text: `SELECT state FROM pgboss.job WHERE data->>'operationId' = $1` };
    await until('the job has run', async () => {
      const rows = await panel.database.query<{ state: string }>(jobs, [id]);
      return rows.length === 1 && rows[0]?.state === 'completed';
    });
    expect((await statusOf(id)).status).toBe('running');
  });

  it('ends as failed when servers cannot be started again', async () => {
    await serverOn({ desiredPower: true });
    const daemon = await daemonFor('go');
    const { operationId } = (await start()).body;
    await daemon.crash();
    const operation = await end(operationId);
    expect(operation.status).toBe('failed');
    expect(operation.message).toBe('1 servers could not be started');
  });

  it('tells when the daemon does not answer, and what is unknown', async () => {
    const { status, body } = await start();
    expect(status).toBe(502);
    expect(body).toMatchObject({ error: 'Failed to fetch servers from Wings: The node cannot be reached' });
    expect((await admin.post('/api/nodes/999999/reboot-all-servers')).status).toBe(404);
    expect(await admin.post('/api/nodes/x/reboot-all-servers')).toMatchObject({
      status: 400,
      body: { error: 'Invalid node id' },
    });
    for (const id of [randomUUID(), 'x']) {
      expect(await admin.get(`/api/nodes/${node.id}/reboot-status/${id}`)).toMatchObject({
        status: 404,
        body: { error: 'Operation not found or expired' },
      });
    }
  });

  it('is not shown under another node, nor after five minutes', async () => {
    const over = { nodeId: node.id, status: 'completed' as const, servers: [] };
    const { id } = await panel.prisma.nodeOperation.create({ data: over });
    const old = await panel.prisma.nodeOperation.create({
      data: { ...over, createdAt: new Date(Date.now() - 301_000) },
    });
    const other = await createNode(panel);
    expect(await admin.get(`/api/nodes/${other.id}/reboot-status/${id}`)).toMatchObject({
      status: 404,
      body: { error: 'Operation does not belong to this node' },
    });
    expect((await admin.get(`/api/nodes/${node.id}/reboot-status/${id}`)).status).toBe(200);
    expect((await admin.get(`/api/nodes/${node.id}/reboot-status/${old.id}`)).status).toBe(404);
  });

  const target = ({ uuid, name }: TestServer) => ({ uuid, name, wanted: true });
});

describe('a change of address', () => {
  const change = (body: object) => admin.post<AddressChange>(`/api/nodes/${node.id}/mass-allocation-change`, body);
  const portsOf = async ({ uuid }: TestServer) =>
    (
      await panel.prisma.allocation.findMany({
        where: { serverUuid: uuid },
        select: { ip: true, port: true, isDefault: true },
        orderBy: [{ port: 'asc' }, { ip: 'asc' }],
      })
    ).map(({ ip, port, isDefault }) => `${ip}:${port}${isDefault ? ' default' : ''}`);

  async function serverWith(...ports: [ip: string, port: number][]): Promise<TestServer> {
    const server = await serverOn();
    await panel.prisma.allocation.deleteMany({ where: { serverUuid: server.uuid } });
    await panel.prisma.allocation.createMany({
      data: ports.map(([ip, port], index) => ({
        nodeId: node.id,
        ip,
        port,
        serverUuid: server.uuid,
        isDefault: index === 0,
      })),
    });
    return server;
  }

  it('moves the ports of all servers, takes free ones in the way and lets the daemon fetch', async () => {
    const [first, second] = [await serverWith([OLD, 1], [OLD, 2]), await serverWith([OLD, 3], ['203.0.113.99', 4])];
    await createAllocations(panel, node, { ip: NEW, from: 1, amount: 3 });
    await createAllocations(panel, node, { ip: OLD, from: 100 });
    const daemon = await daemonFor('go');
    const { status, body } = await change({ oldIp: OLD, newIp: ` ${NEW} ` });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, totalServersOnNode: 2, updatedCount: 2, errorCount: 0 });
    expect(body).not.toHaveProperty('errors');
    expect(new Set(body.updatedServers.map(({ uuid }) => uuid))).toEqual(new Set([first.uuid, second.uuid]));
    expect(await portsOf(first)).toEqual([`${NEW}:1 default`, `${NEW}:2`]);
    expect(await portsOf(second)).toEqual([`${NEW}:3 default`, `203.0.113.99:4`]);
    for (const { uuid } of [first, second]) {
      expect(daemon.calls.some(({ path }) => path === `/api/servers/${uuid}/sync`)).toBe(true);
      expect(await panel.prisma.server.findUnique({ where: { uuid } })).toMatchObject({ syncPending: false });
    }
    expect(await panel.prisma.allocation.count({ where: { nodeId: node.id, ip: OLD } })).toBe(1);
  });

  it('leaves a server as it is whose port another one has there, and merges its own', async () => {
    const stuck = await serverWith([OLD, 10], [OLD, 11]);
    const holder = await serverWith([NEW, 11]);
    const merged = await serverWith([NEW, 20], [OLD, 20]);
    await daemonFor();
    const { body } = await change({ oldIp: OLD, newIp: NEW });
    expect(body).toMatchObject({ updatedCount: 1, errorCount: 1, updatedServers: [{ uuid: merged.uuid }] });
    expect(body.errors).toEqual([{ uuid: stuck.uuid, error: `Another server has port 11 on ${NEW}` }]);
    expect(await portsOf(stuck)).toEqual([`${OLD}:10 default`, `${OLD}:11`]);
    expect(await portsOf(holder)).toEqual([`${NEW}:11 default`]);
    expect(await portsOf(merged)).toEqual([`${NEW}:20 default`]);
  });

  it('holds while the daemon is away, tells so, and lets it fetch later', async () => {
    const server = await serverWith([OLD, 30]);
    const { body } = await change({ oldIp: OLD, newIp: NEW });
    expect(body).toMatchObject({ updatedCount: 0, errorCount: 1, errors: [{ uuid: server.uuid }] });
    expect(await portsOf(server)).toEqual([`${NEW}:30 default`]);
    expect(await panel.prisma.server.findUnique({ where: { uuid: server.uuid } })).toMatchObject({ syncPending: true });
  });

  it('touches no other node', async () => {
    const other = await createNode(panel);
    const [port] = await createAllocations(panel, other, { ip: OLD, from: 1 });
    expect((await change({ oldIp: OLD, newIp: NEW })).body).toMatchObject({ updatedCount: 0, updatedServers: [] });
    expect(await panel.prisma.allocation.findUnique({ where: { id: port?.id ?? 0 } })).toMatchObject({ ip: OLD });
  });

  it.each([
    [{}, 'oldIp and newIp are required'],
    [{ oldIp: OLD }, 'oldIp and newIp are required'],
    [{ oldIp: '', newIp: NEW }, 'oldIp and newIp must be non-empty strings'],
    [{ oldIp: OLD, newIp: 7 }, 'oldIp and newIp must be non-empty strings'],
    [{ oldIp: OLD, newIp: 'x' }, 'oldIp and newIp must be IP addresses'],
    [{ oldIp: OLD, newIp: OLD }, 'oldIp and newIp must be different'],
    [{ oldIp: '2001:db8::1', newIp: '2001:DB8:0::1' }, 'oldIp and newIp must be different'],
  ])('refuses %j', async (body, error) => {
    expect(await change(body)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('a mapping', () => {
  const map = (uuid: string, nodeId: unknown) => admin.post(`/api/servers/${uuid}/map`, { nodeId });

  it('puts a server on another node with as many ports, and its old daemon has no say any more', async () => {
    const server = await serverOn();
    await panel.prisma.allocation.create({ data: { nodeId: node.id, ip: OLD, port: 5, serverUuid: server.uuid } });
    const other = await createNode(panel);
    await createAllocations(panel, other, { amount: 3 });
    const answer = await map(server.uuid, other.id);
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, mapping: { uuid: server.uuid, node: { id: other.id, name: other.name } } },
    });
    expect(await panel.prisma.allocation.count({ where: { nodeId: node.id, serverUuid: { not: null } } })).toBe(0);
    const ports = await panel.prisma.allocation.findMany({ where: { serverUuid: server.uuid } });
    expect(ports.map(({ nodeId }) => nodeId)).toEqual([other.id, other.id]);
    expect(ports.filter(({ isDefault }) => isDefault)).toHaveLength(1);
    const path = `/api/remote/servers/${server.uuid}`;
    expect((await panel.http.get(path, { headers: node.headers })).status).toBe(404);
    expect((await panel.http.get(path, { headers: other.headers })).status).toBe(200);
    const where = { action: 'server:map', targetId: server.uuid };
    expect(await panel.prisma.activityEntry.count({ where })).toBe(1);
    expect((await map(server.uuid, other.id)).status).toBe(200);
    expect(await panel.prisma.activityEntry.count({ where })).toBe(1);
  });

  it('changes nothing where ports are missing or something is unknown', async () => {
    const server = await serverOn();
    await panel.prisma.allocation.create({ data: { nodeId: node.id, ip: OLD, port: 6, serverUuid: server.uuid } });
    const other = await createNode(panel);
    await createAllocations(panel, other, { amount: 1 });
    expect((await map(server.uuid, other.id)).status).toBe(503);
    expect((await map(server.uuid, 999_999)).status).toBe(404);
    expect((await map(randomUUID(), other.id)).status).toBe(404);
    expect((await map('x', other.id)).status).toBe(404);
    expect((await map(server.uuid, 'x')).status).toBe(400);
    expect(await panel.prisma.server.findUnique({ where: { uuid: server.uuid } })).toMatchObject({ nodeId: node.id });
    expect(await panel.prisma.allocation.count({ where: { serverUuid: server.uuid, nodeId: node.id } })).toBe(2);
  });
});

describe('a command for a patched daemon', () => {
  const queue = (body: object) => admin.post('/api/wings/command', body);

  it('waits for one heartbeat, the newest one only', async () => {
    const commands = panel.app.get(NodeCommands);
    expect(await commands.take(node.id)).toBeUndefined();
    expect((await queue({ nodeId: node.id, action: 'restart' })).status).toBe(200);
    expect((await queue({ nodeId: node.id, action: 'reapply_config', payload: { a: 1 } })).status).toBe(200);
    const taken = await Promise.all(Array.from({ length: 20 }, () => commands.take(node.id)));
    expect(taken.filter(Boolean)).toEqual([{ action: 'reapply_config', payload: { a: 1 } }]);
  });

  it('costs a heartbeat no query while none waits', async () => {
    const commands = panel.app.get(NodeCommands);
    await commands.take(node.id);
    const before = panel.database.statements;
    for (let count = 0; count < 10; count += 1) await commands.take(node.id);
    // Background work may send a few of its own.
    expect(panel.database.statements - before).toBeLessThan(10);
  });

  it('is refused when it makes no sense, and from people without rights on nodes', async () => {
    expect((await queue({ nodeId: 999_999, action: 'restart' })).status).toBe(404);
    expect((await queue({ nodeId: node.id, action: 'rm' })).status).toBe(400);
    const payload = { text: 'x'.repeat(17_000) };
    expect((await queue({ nodeId: node.id, action: 'restart', payload })).status).toBe(400);
    const user = panel.as(await openSession(panel, owner));
    expect((await user.post('/api/wings/command', { nodeId: node.id, action: 'restart' })).status).toBe(403);
  });

  it('goes with a policy that daemons read with their token alone', async () => {
    const headers = { authorization: `Bearer ${node.token}` };
    const { status, body } = await panel.http.get('/api/wings/config', { headers });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      antiabuse: { cpuThresholdPct: 80 },
      vpnDpi: { portScanAction: 'alert' },
      heartbeatIntervalSeconds: 30,
      configVersion: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect((await panel.http.get('/api/wings/config')).status).toBe(401);
  });
});
