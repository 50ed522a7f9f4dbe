import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import {
  changeUser,
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
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

interface ErrorBody {
  error: string;
}

let panel: TestPanel;
let daemon: SimulatedWings;
let node: TestNode;
let egg: TestEgg;
let owner: TestUser;
let http: HttpClient;
let admin: HttpClient;
let server: TestServer;

beforeAll(async () => {
  panel = await startPanel();
  node = await createNode(panel, { healthStatus: null, healthCheckedAt: null });
  egg = await createEgg(panel);
  owner = await createUser(panel);
  server = await createServer(panel, { owner, node, egg });
  await createAllocations(panel, node, { amount: 10, ip: '203.0.113.9' });
  daemon = daemonOf(panel, node, 'rs');
  await daemon.boot();
  await announce(panel, node, daemon);
  http = panel.as(await openSession(panel, owner));
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
});
afterEach(() => changeUser(panel, owner, { limits: {}, emailVerified: true, portalType: 'free' }));
afterAll(async () => {
  await panel.close();
  await daemon.crash();
});

const create = (body: object, as: HttpClient = http) =>
  as.post<ErrorBody & { uuid: string }>('/api/servers', { name: 'New', eggId: egg.id, nodeId: node.id, ...body });
const untouched = async (work: () => Promise<unknown>): Promise<void> => {
  const count = () =>
    Promise.all([panel.prisma.server.count(), panel.prisma.allocation.count({ where: { serverUuid: null } })]);
  const before = await count();
  await work();
  expect(await count()).toEqual(before);
};

describe('a creation', () => {
  it.each([
    [{ eggId: undefined }, 400, 'eggId is required'],
    [{ eggId: null }, 400, 'eggId is required'],
    [{ eggId: 999_999 }, 404, 'Egg not found'],
    [
      { requestIpv6: true },
      400,
      'IPv6 allocation requests are no longer automatic. Please submit an IP request application instead.',
    ],
    [{ memory: 0 }, 400, 'Memory must be at least 1 MB for non-admin users.'],
    [{ disk: 0 }, 400, 'Disk must be at least 1 MB for non-admin users.'],
    [{ cpu: 0 }, 400, 'CPU must be at least 1% for non-admin users.'],
    [{ kvmPassthroughEnabled: true }, 403, 'Only admins may enable KVM during creation'],
    [{ nodeId: 999_999 }, 503, 'Specified node not found'],
    [{ environment: { SERVER_JARFILE: '' } }, 400, 'Jar file is required'],
    [{ environment: { SERVER_JARFILE: 'x'.repeat(65) } }, 400, 'Jar file may be at most 64'],
    [{ environment: { 'A=B': '1' } }, 400, 'environment has a variable with an impossible name'],
    [{ environment: { A: { $ne: null } } }, 400, 'environment.A must be text of at most 8192 characters'],
    [{ environment: { A: 'a\0b' } }, 400, 'environment.A must be text of at most 8192 characters'],
    [{ name: '' }, 400, expect.any(String)],
    [{ name: 'x'.repeat(192) }, 400, expect.any(String)],
    [{ name: 'a\nb' }, 400, 'name must not contain control characters'],
    [{ name: { toString: 'x' } }, 400, expect.any(String)],
    [{ memory: 1.5 }, 400, expect.any(String)],
    [{ memory: '1024' }, 400, expect.any(String)],
    [{ memory: 1e12 }, 400, expect.any(String)],
    [{ nodeId: -1 }, 400, expect.any(String)],
    [{ environment: ['A'] }, 400, expect.any(String)],
  ])('with %j is refused, and nothing is claimed', async (body, status, error) => {
    await untouched(async () => {
      const answer = await create(body);
      expect([answer.status, answer.body.error]).toEqual([status, error]);
    });
  });

  it.each([
    [{ serverLimit: 0 }, 403, 'Server limit reached (0). Delete an existing server to create a new one.'],
    [
      { memory: 1_500 },
      400,
      'Total account memory limit exceeded. Current: 1024 MB, requested: 1000 MB, limit: 1500 MB.',
    ],
    [
      { disk: 11_000 },
      400,
      'Total account disk limit exceeded. Current: 10240 MB, requested: 1000 MB, limit: 11000 MB.',
    ],
    [{ cpu: 150 }, 400, 'Total account CPU limit exceeded. Current: 100%, requested: 100%, limit: 150%.'],
    [{ memory: 0 }, 400, 'Total account memory limit exceeded. Current: 1024 MB, requested: 1000 MB, limit: 0 MB.'],
  ])('beyond the quota %j is refused', async (limits, status, error) => {
    await changeUser(panel, owner, { limits });
    await untouched(async () => {
      const answer = await create({ memory: 1_000, disk: 1_000, cpu: 100 });
      expect([answer.status, answer.body.error]).toEqual([status, error]);
    });
  });

  it('needs a verified address when the setting says so', async () => {
    await changeUser(panel, owner, { emailVerified: false });
    await panel.app.get(PanelSettings).update({ requireVerifiedEmail: true });
    const answer = await create({ name: 'Unverified' });
    expect([answer.status, answer.body.error]).toEqual([403, 'You must verify your email before creating servers']);
    await panel.app.get(PanelSettings).update({ requireVerifiedEmail: false });
    expect((await create({ name: 'Unverified' })).status).toBe(200);
  });

  it('gives nobody an egg that is hidden or for another portal', async () => {
    const hidden = await createEgg(panel, { visible: false });
    const paid = await createEgg(panel, { allowedPortals: ['paid'] });
    expect((await create({ eggId: hidden.id })).body.error).toBe('Egg not available');
    expect((await create({ eggId: paid.id })).body.error).toBe('Egg not available for your portal type');
    expect((await create({ eggId: hidden.id }, admin)).status).toBe(200);
  });

  it('takes from users neither owner, nor command, nor locked variables; from staff it does', async () => {
    const other = await createUser(panel);
    const body = {
      name: 'Assigned',
      userId: other.id,
      startup: 'rm -rf /',
      memory: 512,
      environment: { LICENCE_KEY: 'mine', LD_PRELOAD: '/x' },
    };
    const own = await panel.prisma.server.findUniqueOrThrow({ where: { uuid: (await create(body)).body.uuid } });
    expect(own).toMatchObject({
      ownerId: owner.id,
      startup: 'java -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}',
      environment: { SERVER_JARFILE: 'server.jar', LICENCE_KEY: '' },
    });
    expect(own.environment).not.toHaveProperty('LD_PRELOAD');
    const given = await create({ ...body, memory: 0 }, admin);
    expect(await panel.prisma.server.findUniqueOrThrow({ where: { uuid: given.body.uuid } })).toMatchObject({
      ownerId: other.id,
      startup: 'rm -rf /',
      memory: 0,
      environment: { LICENCE_KEY: 'mine' },
    });
  });

  it('ignores columns that are not its to set', async () => {
    const answer = await create({
      name: 'Mass',
      suspended: true,
      ownerId: 1,
      installState: 'installed',
      swap: 99,
      shortId: 'zzzzzzzz',
    });
    const row = await panel.prisma.server.findUniqueOrThrow({ where: { uuid: answer.body.uuid } });
    expect(row).toMatchObject({ suspended: false, ownerId: owner.id, swap: 0, shortId: answer.body.uuid.slice(0, 8) });
  });
});

describe('a change', () => {
  const change = (body: object, as: HttpClient = http) => as.put<ErrorBody>(`/api/servers/${server.uuid}`, body);

  it.each([
    [{ ioWeight: 900 }, 403, 'Only admins may modify IO weight on an existing server.'],
    [{ swap: 100 }, 403, 'Only admins may modify swap on an existing server.'],
    [{ kvmPassthroughEnabled: true }, 403, 'Only admins may modify KVM passthrough on an existing server.'],
    [{ memory: 0 }, 400, 'Memory must be at least 1 MB for non-admin users.'],
    [{ environment: { SERVER_JARFILE: '' } }, 400, 'Jar file is required'],
  ])('of %j is not the owner’s to make', async (body, status, error) => {
    const answer = await change(body);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  it('stays within the quota, and may always go down', async () => {
    const { _sum } = await panel.prisma.server.aggregate({ where: { ownerId: owner.id }, _sum: { memory: true } });
    await changeUser(panel, owner, { limits: { memory: _sum.memory ?? 0 } });
    expect((await change({ memory: 1_025 })).status).toBe(400);
    await changeUser(panel, owner, { limits: { memory: 10 } });
    expect((await change({ memory: 1_000 })).status).toBe(200);
    expect((await change({ memory: 99_999 }, admin)).status).toBe(200);
    expect((await change({ memory: 99_999, swap: 0, ioWeight: 500 })).status).toBe(200);
  });
});

describe('the startup', () => {
  const path = () => `/api/servers/${server.uuid}/startup`;

  it('is shown as the egg and the server have it', async () => {
    const { body } = await http.get<Record<string, unknown>>(path());
    expect(body).toMatchObject({
      environment: { SERVER_JARFILE: 'server.jar' },
      dockerImage: 'ghcr.io/example/java:21',
      dockerImageOptions: [
        { label: 'Java 21', value: 'ghcr.io/example/java:21' },
        { label: 'Java 17', value: 'ghcr.io/example/java:17' },
      ],
      eggName: egg.name,
      processConfig: { startup: { done: [')! For help, type '] }, stop: { type: 'command', value: 'stop' } },
    });
  });

  it('changes within what the egg allows and reaches the daemon', async () => {
    const changed = await http.put<Record<string, unknown>>(path(), {
      environment: { SERVER_JARFILE: 'paper.jar', LICENCE_KEY: 'stolen', OWN: '1' },
      processConfig: { startup: { done: ['', 'Ready'] }, stop: { type: 'command', value: '^C' } },
      dockerImage: 'ghcr.io/example/java:17',
    });
    expect(changed.body).toEqual({
      success: true,
      environment: { SERVER_JARFILE: 'paper.jar', OWN: '1' },
      dockerImage: 'ghcr.io/example/java:17',
      processConfig: {
        startup: { done: ['Ready'], user_interaction: [], strip_ansi: false },
        stop: { type: 'signal', value: 'SIGINT' },
      },
    });
    expect(daemon.server(server.uuid)).toMatchObject({
      settings: {
        environment: { SERVER_JARFILE: 'paper.jar', LICENCE_KEY: '', OWN: '1' },
        container: { image: 'ghcr.io/example/java:17' },
      },
      processConfiguration: { startup: { done: ['Ready'] }, stop: { type: 'signal', value: 'SIGINT' } },
    });
  });

  it.each([
    [{}, 400, 'environment, processConfig, or dockerImage is required'],
    [{ dockerImage: 'evil/image:1' }, 403, 'Invalid docker image selection'],
    [{ dockerImage: '--privileged' }, 400, 'dockerImage must be the name of an image'],
    [{ environment: { SERVER_JARFILE: '' } }, 400, 'Jar file is required'],
    [{ processConfig: { startup: { done: 'x' } } }, 400, expect.any(String)],
  ])('is not changed by %j', async (body, status, error) => {
    const answer = await http.put<ErrorBody>(path(), body);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });
});

describe('the ports of a server', () => {
  const path = () => `/api/servers/${server.uuid}/allocations`;
  const ports = async () => (await http.get<{ ip: string; port: number; is_default: boolean }[]>(path())).body;

  it('are added up to the limit, given back, and never the default one', async () => {
    const [preferred] = await ports();
    expect(preferred?.is_default).toBe(true);
    const added = await http.post<{ ip: string; port: number }[]>(path(), { count: 2 });
    expect(added.body).toHaveLength(2);
    const beyond = await http.post<ErrorBody>(path(), {});
    expect([beyond.status, beyond.body.error]).toEqual([
      403,
      'Per-server port limit exceeded (allowed 3). Currently allocated: 3',
    ]);
    const [first, second] = added.body;
    expect((await http.delete(path(), { ip: first?.ip, port: first?.port })).status).toBe(200);
    expect((await http.delete(path(), { ip: first?.ip, port: first?.port })).status).toBe(404);
    const refused = await http.delete<ErrorBody>(path(), { ip: preferred?.ip, port: preferred?.port });
    expect([refused.status, refused.body.error]).toEqual([400, 'Cannot remove default allocation']);
    expect((await http.delete<ErrorBody>(path(), { ip: 'x', port: 1 })).body.error).toBe('Invalid ip/port');
    const rest = await http.delete(`${path()}/secondary`);
    expect(rest.body).toEqual({ success: true, removedCount: 1, removed: [{ ip: second?.ip, port: second?.port }] });
    expect(await ports()).toEqual([preferred]);
  });

  it.each([{ count: 0 }, { count: 21 }, { count: 'many' }])('are not added by %j', async (body) => {
    const answer = await http.post<ErrorBody>(path(), body);
    expect([answer.status, answer.body.error]).toEqual([400, 'Invalid allocation count']);
  });
});

describe('power and commands', () => {
  it.each([[{}], [{ action: 'explode' }], [{ action: 5 }], [{ signal: '' }]])('are not %j', async (body) => {
    expect((await http.post(`/api/servers/${server.uuid}/power`, body)).status).toBe(400);
  });

  it.each([[{}], [{ command: '' }], [{ command: 'x'.repeat(1025) }], [{ command: 'a\nop me' }], [{ command: ['a'] }]])(
    'are not %j',
    async (body) => {
      expect((await http.post(`/api/servers/${server.uuid}/commands`, body)).status).toBe(400);
    },
  );

  it('wait for an installation', async () => {
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { installState: 'installing' } });
    const start = await http.post<ErrorBody>(`/api/servers/${server.uuid}/power`, { action: 'start' });
    expect([start.status, start.body.error]).toEqual([409, 'The server is being installed']);
    expect((await http.post(`/api/servers/${server.uuid}/power`, { action: 'kill' })).status).toBe(200);
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { installState: 'installed' } });
  });
});
