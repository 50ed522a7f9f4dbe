import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import {
  addSubuser,
  createAdmin,
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
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

interface MountBody {
  id: number;
  source: string;
  allowed_eggs: number[];
}
interface Refusal {
  error: string;
  code: string;
}

const maps = { name: 'Maps', source: '/srv/mounts/maps', target: '/home/container/maps', read_only: true };

let panel: TestPanel;
let admin: HttpClient;
let adminId: number;
let owner: TestUser;
let egg: TestEgg;
let node: TestNode;
let daemon: SimulatedWings;

beforeAll(async () => {
  panel = await startPanel({ env: { MOUNT_SOURCES: '/srv/mounts,/data/shared' } });
  const rootAdmin = await createAdmin(panel);
  adminId = rootAdmin.id;
  admin = panel.as(await openSession(panel, rootAdmin));
  owner = await createUser(panel);
  egg = await createEgg(panel);
  node = await createNode(panel);
  daemon = daemonOf(panel, node, 'rs');
  await daemon.boot();
  await announce(panel, node, daemon);
});
afterAll(async () => {
  await daemon.crash();
  await panel.close();
});

const create = async (values = {}): Promise<MountBody> => {
  const answer = await admin.post<MountBody>('/api/admin/mounts', { ...maps, ...values });
  expect(answer.status).toBe(201);
  return answer.body;
};
const attach = (server: TestServer, mountId: unknown) =>
  admin.post<Refusal & { id: number }>(`/api/admin/servers/${server.uuid}/mounts`, { mountId });

/** What the node is told of the mounts of a server. */
const toldMounts = async (server: TestServer): Promise<unknown> => {
  const answer = await panel.as(node).get<{ settings: { mounts: unknown } }>(`/api/remote/servers/${server.uuid}`);
  return answer.body.settings.mounts;
};

describe('a mount', () => {
  it('is created, listed by name, changed and deleted, and every change is in the log', async () => {
    const { id } = await create({ name: 'Zoo', allowed_eggs: [egg.id] });
    const first = await create({ name: 'Aviary', description: 'Birds' });
    const list = await admin.get<{ id: number; name: string }[]>('/api/admin/mounts');
    expect(list.body.map(({ name }) => name)).toEqual(['Aviary', 'Zoo']);
    const changed = await admin.put(`/api/admin/mounts/${id}`, { description: 'All', source: '/data/shared/zoo' });
    expect(changed.body).toMatchObject({
      name: 'Zoo',
      description: 'All',
      source: '/data/shared/zoo',
      read_only: true,
      allowed_eggs: [egg.id],
    });
    for (const one of [id, first.id]) {
      expect((await admin.delete(`/api/admin/mounts/${one}`)).body).toEqual({ success: true });
    }
    expect((await admin.delete(`/api/admin/mounts/${id}`)).status).toBe(404);
    expect((await admin.put(`/api/admin/mounts/${id}`, { name: 'x' })).body).toMatchObject({
      error: 'Mount not found',
    });
    const entries = await panel.prisma.activityEntry.findMany({
      where: { targetType: 'mount', targetId: String(id), userId: adminId },
      orderBy: { id: 'asc' },
    });
    expect(entries.map(({ action }) => action)).toEqual(['mount:create', 'mount:update', 'mount:delete']);
  });

  it('may only lend what the configuration allows, and cover nothing that the container needs', async () => {
    const { id } = await create({ name: 'Checked' });
    const bad = [
      { source: '/etc' },
      { source: '/srv/mounts/../../etc' },
      { source: 'relative' },
      { target: '/etc' },
      { target: '/home/container' },
      { target: '/' },
      { name: '' },
      { read_only: 'yes' },
      { allowed_eggs: ['x'] },
    ];
    for (const values of bad) {
      const made = await admin.post('/api/admin/mounts', { ...maps, ...values });
      const changed = await admin.put(`/api/admin/mounts/${id}`, values);
      expect([JSON.stringify(values), made.status, changed.status]).toEqual([JSON.stringify(values), 400, 400]);
    }
    expect(await panel.prisma.mount.findUniqueOrThrow({ where: { id } })).toMatchObject({
      name: 'Checked',
      source: maps.source,
      target: maps.target,
    });
    await admin.delete(`/api/admin/mounts/${id}`);
  });
});

describe('a server', () => {
  it('sees the mounts that were attached, and its daemon is told of each change', async () => {
    const server = await createServer(panel, { owner, node, egg });
    await daemon.crash();
    await daemon.boot();
    await until('the daemon knows the server', () => daemon.servers.has(server.uuid));
    const { id } = await create();
    const link = await attach(server, id);
    expect([link.status, link.body]).toEqual([
      201,
      { id: expect.any(Number), serverUuid: server.uuid, mountId: id, createdAt: expect.any(String) },
    ]);
    const told = [{ source: maps.source, target: maps.target, read_only: true }];
    expect(await toldMounts(server)).toEqual(told);
    await until('the daemon has fetched it', () =>
      JSON.stringify(daemon.server(server.uuid).settings['mounts']).includes(maps.source),
    );

    await admin.put(`/api/admin/mounts/${id}`, { read_only: false });
    expect(await toldMounts(server)).toEqual([{ ...told[0], read_only: false }]);
    const detach = () => admin.delete<Refusal>(`/api/admin/servers/${server.uuid}/mounts/${id}`);
    expect((await detach()).body).toEqual({ success: true });
    expect(await toldMounts(server)).toEqual([]);
    expect([(await detach()).status, (await detach()).body.error]).toEqual([404, 'Mount link not found']);
    await attach(server, id);
    await admin.delete(`/api/admin/mounts/${id}`);
    expect(await toldMounts(server)).toEqual([]);
  });

  it('shows its mounts to those who may see it, with the folder of the node to staff only', async () => {
    const server = await createServer(panel, { owner, node, egg });
    const subuser = await createUser(panel);
    await addSubuser(panel, server, subuser, []);
    const { id } = await create();
    await attach(server, id);
    const seen = async (client: HttpClient) => {
      const answer = await client.get<MountBody[]>(`/api/servers/${server.uuid}/mounts`);
      return [answer.status, Array.isArray(answer.body) ? answer.body.map(({ source }) => source) : null];
    };
    expect(await seen(panel.as(await openSession(panel, owner)))).toEqual([200, ['']]);
    expect(await seen(panel.as(await openSession(panel, subuser)))).toEqual([200, ['']]);
    expect(await seen(panel.as(await openSession(panel, await createUser(panel))))).toEqual([404, null]);
    expect(await seen(admin)).toEqual([200, [maps.source]]);
  });

  it('refuses a mount twice, two at one target, and one that is for other eggs', async () => {
    const server = await createServer(panel, { owner, node, egg });
    const { id } = await create();
    const same = await create({ name: 'Same target' });
    const other = await create({ name: 'Other', target: '/mnt/other', allowed_eggs: [(await createEgg(panel)).id] });
    expect((await attach(server, id)).status).toBe(201);
    const refused = async (mountId: unknown) => {
      const { status, body } = await attach(server, mountId);
      return [status, body.error];
    };
    expect(await refused(id)).toEqual([409, 'Mount already attached']);
    expect(await refused(same.id)).toEqual([409, 'Another mount of the server has this target']);
    expect(await refused(other.id)).toEqual([409, 'The mount is not for servers of this egg']);
    expect(await refused(999_999)).toEqual([404, 'Mount not found']);
    expect((await refused(undefined))[0]).toBe(400);
    const nowhere = await admin.post(`/api/admin/servers/nonsense/mounts`, { mountId: id });
    expect(nowhere.status).toBe(404);

    await admin.put(`/api/admin/mounts/${other.id}`, { allowed_eggs: [egg.id] });
    expect((await attach(server, other.id)).status).toBe(201);
    const moved = await admin.put<Refusal>(`/api/admin/mounts/${other.id}`, { target: maps.target });
    expect([moved.status, moved.body.code]).toEqual([409, 'mounts.target_taken']);
  });

  it('ends up with one of fifty mounts of the same target that are attached at once', async () => {
    const server = await createServer(panel, { owner, node, egg });
    const mounts = await panel.prisma.mount.createManyAndReturn({
      data: Array.from({ length: 50 }, (_, index) => ({
        name: `m${index}`,
        source: '/srv/mounts/m',
        target: '/mnt/m',
      })),
      select: { id: true },
    });
    const answers = await Promise.all(mounts.map(({ id }) => attach(server, id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
    expect(await panel.prisma.serverMount.count({ where: { serverUuid: server.uuid } })).toBe(1);
  });

  it('leaves nothing of its mounts behind, and the generated configuration allows the folders', async () => {
    const server = await createServer(panel, { owner, node, egg });
    const { id } = await create();
    await attach(server, id);
    expect((await admin.delete(`/api/servers/${server.uuid}`)).status).toBe(200);
    expect(await panel.prisma.serverMount.count({ where: { mountId: id } })).toBe(0);
    const configuration = await admin.get<{ allowed_mounts: string[] }>(
      `/api/application/nodes/${node.id}/configuration`,
    );
    expect(configuration.body.allowed_mounts).toEqual(['/srv/mounts', '/data/shared']);
  });
});
