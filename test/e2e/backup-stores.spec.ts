import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Jobs } from '../../src/common/jobs/jobs.service.js';
import { announce, daemonOf, FLAVOURS, headersOf } from '../support/daemons.js';
import { createAdmin, createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { TestObjectStore } from '../support/object-store.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import type { WingsOptions } from '../support/wings/options.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';
import type { Flavour } from '../support/wings/types.js';

interface Entry {
  uuid: string;
  adapter: string;
  status: string;
  bytes: number;
}

const patience = { within: 60_000 };
let panel: TestPanel;
let owner: TestUser;
let http: HttpClient;
let admin: HttpClient;
let egg: TestEgg;
let store: TestObjectStore;
let configurationId: number;
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  panel = await startPanel();
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  admin = panel.as(await openSession(panel, await createAdmin(panel)));
  egg = await createEgg(panel);
});
beforeEach(async () => {
  store = await TestObjectStore.start();
  const made = await admin.post<{ id: number }>('/api/admin/backup-configurations', store.configuration('bucket'));
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  configurationId = made.body.id;
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.crash();
  await panel.prisma.allocation.deleteMany();
  await panel.prisma.server.deleteMany();
  await panel.prisma.backupLeftover.deleteMany();
  await panel.prisma.node.deleteMany();
  await panel.prisma.backupConfiguration.deleteMany();
  await store.close();
});
afterAll(() => panel.close());

interface Place {
  node: TestNode;
  server: TestServer;
  daemon: SimulatedWings;
  path: string;
}

/** A stopped server on a running daemon, whose backups go to the configuration. */
async function place(flavour: Flavour = 'rs', options: Partial<WingsOptions> = {}): Promise<Place> {
  const node = await createNode(panel, { backupConfiguration: { connect: { id: configurationId } } });
  const server = await createServer(panel, { owner, node, egg });
  const daemon = daemonOf(panel, node, flavour, options);
  daemons.push(daemon);
  await daemon.boot();
  await announce(panel, node, daemon);
  // Go Wings reports its start in the background: what it makes before that counts as dead.
  const isReset = ({ path, status }: { path: string; status: number }) => path === '/servers/reset' && status === 204;
  await until('the daemon has reported its start', () => daemon.panelCalls.some(isReset), patience);
  return { node, server, daemon, path: `/api/servers/${server.uuid}/backups` };
}

const row = (uuid: string) => panel.prisma.serverBackup.findUniqueOrThrow({ where: { uuid } });
const keyOf = ({ uuid }: TestServer, backup: string): string => `${uuid}/${backup}.tar.gz`;

async function ended(uuid: string): Promise<string> {
  return until(
    'the backup has ended',
    async () => {
      const { state } = await row(uuid);
      return state === 'running' ? undefined : state;
    },
    patience,
  );
}

async function backUp(path: string, state = 'completed'): Promise<Entry> {
  const answer = await http.post<Entry>(path, {});
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  expect(await ended(answer.body.uuid)).toBe(state);
  return answer.body;
}

/** A backup under way whose daemon does nothing by itself. */
async function underWay({ server, node }: { server: TestServer; node: TestNode }): Promise<string> {
  const data = { serverUuid: server.uuid, nodeId: node.id, name: 'half', adapter: 's3', configurationId };
  return (await panel.prisma.serverBackup.create({ data, select: { uuid: true } })).uuid;
}

const remote = (node: TestNode, method: string, path: string, body?: unknown) =>
  panel.http.request<Record<string, unknown>>(method, `/api/remote${path}`, { headers: headersOf(node, 'rs'), body });

const nothingUploading = () => until('no upload is left', () => store.uploads.size === 0, patience);

describe.each(FLAVOURS)('a backup of a %s daemon that goes to an object store', (flavour) => {
  it('is uploaded in signed parts, put together, restored, downloaded and deleted', async () => {
    const { server, daemon, path } = await place(flavour);
    const world = Buffer.from(Array.from({ length: 6_000_000 }, (_, index) => (index * 7919) % 251));
    daemon.server(server.uuid).files.write('/world/level.dat', world);
    const made = await backUp(path);
    const key = keyOf(server, made.uuid);
    expect([made.adapter, Number((await row(made.uuid)).bytes)]).toEqual(['s3', store.objects.get(key)?.length]);
    await nothingUploading();

    daemon.server(server.uuid).files.write('/world/level.dat', Buffer.from('second'));
    expect((await http.post(`${path}/${made.uuid}/restore`, { truncate_directory: true })).status).toBe(200);
    await until(
      'the restore has ended',
      async () =>
        (await panel.prisma.server.findUniqueOrThrow({ where: { uuid: server.uuid } })).restoringSince === null,
      patience,
    );
    expect(daemon.server(server.uuid).files.read('/world/level.dat')?.equals(world)).toBe(true);

    const link = await http.get<{ url: string }>(`${path}/${made.uuid}/download`);
    const download = await fetch(link.body.url);
    expect(download.headers.get('content-disposition')).toBe(`attachment; filename="${made.uuid}.tar.gz"`);
    expect(Buffer.from(await download.arrayBuffer()).equals(store.objects.get(key) ?? Buffer.alloc(0))).toBe(true);

    expect((await http.delete(`${path}/${made.uuid}`)).status).toBe(200);
    expect((await http.get<Entry[]>(path)).body).toEqual([]);
    await until('the object is gone', () => !store.objects.has(key), patience);
    await until('nothing is left to do', async () => (await panel.prisma.backupLeftover.count()) === 0, patience);
  });

  it('that fails leaves nothing in the store', async () => {
    const { path } = await place(flavour, { backupSucceeds: false });
    await backUp(path, 'failed');
    await until('nothing is left to do', async () => (await panel.prisma.backupLeftover.count()) === 0, patience);
    expect([store.objects.size, store.uploads.size]).toEqual([0, 0]);
  });
});

describe('uploads', () => {
  it('have one upload and one completion, however often and at once daemons ask and report', async () => {
    const here = await place();
    const uuid = await underWay(here);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        remote(here.node, 'GET', `/backups/${uuid}${index % 2 === 0 ? '?size=3' : '/s3/parts?from_part=1'}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const ids = answers.map(({ body }) => new URL((body['parts'] as string[])[0] ?? '').searchParams.get('uploadId'));
    expect(new Set(ids).size).toBe(1);
    await until('the others are called off', () => store.uploads.size === 1, patience);

    const put = await fetch((answers[0]?.body['parts'] as string[])[0] ?? '', { method: 'PUT', body: 'abc' });
    const parts = [{ etag: put.headers.get('etag'), part_number: 1 }];
    const report = { checksum: 'ab', checksum_type: 'sha256', size: 3, files: 1, successful: true, parts };
    const reports = await Promise.all(
      Array.from({ length: 50 }, () => remote(here.node, 'POST', `/backups/${uuid}`, report)),
    );
    expect(new Set(reports.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await ended(uuid)).toBe('completed');
    expect(store.objects.get(keyOf(here.server, uuid))?.toString()).toBe('abc');
    const entries = { where: { action: 'server:backup:complete', targetId: here.server.uuid } };
    expect(await panel.prisma.activityEntry.count(entries)).toBe(1);
    expect((await remote(here.node, 'GET', `/backups/${uuid}?size=3`)).status).toBe(400);
    expect((await remote(here.node, 'POST', `/backups/${uuid}`, { ...report, successful: false })).status).toBe(400);
  });

  it('that name parts which the store does not have make the backup fail, and are cleared away', async () => {
    const here = await place();
    const uuid = await underWay(here);
    await remote(here.node, 'GET', `/backups/${uuid}?size=3`);
    const parts = [{ etag: '"made-up"', part_number: 1 }];
    expect((await remote(here.node, 'POST', `/backups/${uuid}`, { successful: true, size: 3, parts })).status).toBe(
      204,
    );
    expect(await ended(uuid)).toBe('failed');
    await nothingUploading();
  });

  it('are refused for backups that lie elsewhere, without a size, and for too large archives', async () => {
    const here = await place();
    const { uuid: local } = await panel.prisma.serverBackup.create({
      data: { serverUuid: here.server.uuid, nodeId: here.node.id, name: 'local' },
    });
    for (const path of ['?size=1', '/s3/parts?from_part=1']) {
      expect((await remote(here.node, 'GET', `/backups/${local}${path}`)).status).toBe(400);
    }
    for (const path of ['restic', 'pbs', 'kopia']) {
      expect((await remote(here.node, 'GET', `/backups/${local}/${path}`)).status).toBe(404);
    }
    await panel.prisma.serverBackup.deleteMany();
    const uuid = await underWay(here);
    for (const query of ['', '?size=-1', '?size=x', '?size=9007199254740991']) {
      expect([query, (await remote(here.node, 'GET', `/backups/${uuid}${query}`)).status]).toEqual([query, 400]);
    }
  });

  it('of servers of other nodes are unknown, and nothing is begun for them', async () => {
    const here = await place();
    const uuid = await underWay(here);
    const other = await createNode(panel);
    for (const path of ['?size=1', '/s3/parts', '/restic', '/pbs', '/kopia']) {
      expect((await remote(other, 'GET', `/backups/${uuid}${path}`)).status).toBe(404);
    }
    expect([store.uploads.size, (await row(uuid)).uploadId]).toEqual([0, null]);
  });

  it('that a panel left behind end in one state: completed when the store had put them together, else failed', async () => {
    const here = await place();
    // What a panel leaves that is killed between the report and the end of the completion.
    const left = { reportedAt: new Date(), uploadId: 'ended', uploadedParts: [{ etag: 'ab', partNumber: 1 }] };
    for (const state of ['completed', 'failed'] as const) {
      const uuid = await underWay(here);
      await panel.prisma.serverBackup.update({ where: { uuid }, data: left });
      if (state === 'completed') store.objects.set(keyOf(here.server, uuid), Buffer.from('abc'));
      for (let count = 0; count < 2; count++)
        await panel.app.get(Jobs).enqueue('backup.complete_upload', { backupUuid: uuid });
      expect(await ended(uuid)).toBe(state);
    }
    expect(store.objects.size).toBe(1);
  });

  it('wait for a store that is away', async () => {
    const here = await place();
    const uuid = await underWay(here);
    store.away = true;
    const refused = await remote(here.node, 'GET', `/backups/${uuid}?size=1`);
    expect([refused.status, refused.body['code']]).toEqual([503, 'backups.store_away']);
    store.away = false;
    const { body } = await remote(here.node, 'GET', `/backups/${uuid}?size=1`);
    const put = await fetch((body['parts'] as string[])[0] ?? '', { method: 'PUT', body: 'a' });
    store.away = true;
    const parts = [{ etag: put.headers.get('etag'), part_number: 1 }];
    const report = { successful: true, size: 1, parts };
    expect((await remote(here.node, 'POST', `/backups/${uuid}`, report)).status).toBe(204);
    // The daemon may restart meanwhile: what is uploaded is not lost.
    expect((await remote(here.node, 'POST', '/servers/reset')).status).toBe(204);
    expect((await row(uuid)).state).toBe('running');
    store.away = false;
    expect(await ended(uuid)).toBe('completed');
  });
});

it('backups in the store go with their server, also when the store is away at that moment', async () => {
  const { server, path } = await place();
  const { uuid } = await backUp(path);
  store.away = true;
  expect((await http.delete(`/api/servers/${server.uuid}`)).status).toBe(200);
  expect(await panel.prisma.serverBackup.count()).toBe(0);
  expect(store.objects.has(keyOf(server, uuid))).toBe(true);
  store.away = false;
  await until('the object is gone', () => store.objects.size === 0, patience);
});

it('backups in a repository are deleted by the daemon, also after their server', async () => {
  const { server, node, daemon, path } = await place();
  const restic = { repository: 's3:x/y', password: 'sekrit-password' };
  const made = await admin.post<{ id: number }>('/api/admin/backup-configurations', {
    ...{ name: 'restic', adapter: 'restic', restic },
  });
  const assignment = { nodeId: node.id, configurationId: made.body.id };
  await admin.put('/api/admin/backup-configurations/assignment', assignment);
  const [first, second] = [await backUp(path), await backUp(path)];
  expect(first.adapter).toBe('restic');
  expect((await http.delete(`${path}/${first.uuid}`)).status).toBe(200);
  await until('the first is deleted', () => !daemon.disk.backups.has(first.uuid), patience);
  expect(daemon.disk.backups.has(second.uuid)).toBe(true);
  expect((await http.delete(`/api/servers/${server.uuid}`)).status).toBe(200);
  await until('the second is deleted', () => !daemon.disk.backups.has(second.uuid), patience);
  await until('nothing is left to do', async () => (await panel.prisma.backupLeftover.count()) === 0, patience);
});

describe('what a schedule of a daemon orders', () => {
  const order = (node: TestNode, method: string, { uuid }: TestServer, path = '', body?: unknown) =>
    remote(node, method, `/servers/${uuid}/backups${path}`, body);

  it('is a backup, whose oldest of the group makes room, in any form of an empty body', async () => {
    const { node, server, path } = await place();
    const groups = `/api/servers/${server.uuid}/backup-groups`;
    const group = await http.post<{ uuid: string }>(groups, { name: 'Nightly', keep: 1 });
    const first = await order(node, 'POST', server, '', {
      backup_group_uuid: group.body.uuid,
      ignored_files: ['*.log'],
    });
    expect([first.status, first.body]).toEqual([200, { adapter: 's3', uuid: expect.any(String) }]);
    const uuid = String(first.body['uuid']);
    expect(await row(uuid)).toMatchObject({ state: 'running', ignoredFiles: '*.log', groupUuid: group.body.uuid });

    // One at a time: refused with a text for people.
    const refused = await order(node, 'POST', server, '', 'null');
    expect([refused.status, refused.body['errors']]).toEqual([417, ['A backup of this server is being made']]);
    await panel.prisma.serverBackup.update({ where: { uuid }, data: { state: 'completed' } });
    const second = await order(node, 'POST', server, '', { backup_group_uuid: group.body.uuid, name: null });
    expect(second.status).toBe(200);
    expect(await panel.prisma.serverBackup.findUnique({ where: { uuid } })).toBeNull();

    await panel.prisma.serverBackup.updateMany({ data: { state: 'completed', locked: true } });
    for (const body of [undefined, 'null', {}]) {
      expect((await order(node, 'POST', server, '', body)).status).toBe(200);
      await panel.prisma.serverBackup.updateMany({ where: { state: 'running' }, data: { state: 'completed' } });
    }
    expect((await http.get<Entry[]>(path)).body).toHaveLength(4);
    expect((await order(node, 'POST', server, '', { backup_group_uuid: server.uuid })).status).toBe(404);
  });

  it('is refused at the limit of the owner and for a suspended server', async () => {
    const { node, server } = await place();
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: { backups: 0 } } });
    const full = await order(node, 'POST', server, '', {});
    expect([full.status, full.body['errors']]).toEqual([417, ['Account backup limit reached (0)']]);
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: {} } });
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { suspended: true } });
    expect((await order(node, 'POST', server, '', {})).status).toBe(417);
  });

  it('of fifty orders at once one is noted, within the limit', async () => {
    const { node, server } = await place();
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: { backups: 1 } } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => order(node, 'POST', server, '', {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 49 }, () => 417)]);
    expect(await panel.prisma.serverBackup.count()).toBe(1);
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: {} } });
  });

  it('chooses by uuid, name, group and age what it restores, moves and deletes', async () => {
    const { node, server, path } = await place();
    const group = await http.post<{ uuid: string }>(`/api/servers/${server.uuid}/backup-groups`, { name: 'Kept' });
    const made: string[] = [];
    for (const [index, name] of ['a', 'b', 'a'].entries()) {
      const uuid = await underWay({ server, node });
      const createdAt = new Date(1_000_000 * (index + 1));
      await panel.prisma.serverBackup.update({ where: { uuid }, data: { name, state: 'completed', createdAt } });
      made.push(uuid);
    }
    const restored = await order(node, 'POST', server, '/restore', { backup_name: 'a', oldest: true });
    expect(restored.body).toMatchObject({ adapter: 's3', uuid: made[0] });
    expect(String(restored.body['download_url'])).toContain(`/${server.uuid}/${String(made[0])}.tar.gz?`);
    expect((await order(node, 'POST', server, '/restore', { backup_name: 'a' })).status).toBe(417);
    expect((await order(node, 'DELETE', server, '', { backup_uuid: made[0] })).status).toBe(417);
    const report = { server_uuid: server.uuid, successful: true };
    expect((await remote(node, 'POST', `/backups/${String(made[0])}/restore`, report)).status).toBe(204);

    const target = { backup_name: 'b', target_backup_group_uuid: group.body.uuid };
    expect((await order(node, 'PATCH', server, '', target)).body).toEqual({ uuid: made[1] });
    expect((await order(node, 'PATCH', server, '', { ...target, target_backup_group_uuid: server.uuid })).status).toBe(
      404,
    );
    await panel.prisma.serverBackup.update({ where: { uuid: made[1] ?? '' }, data: { locked: true } });
    const byGroup = { backup_group_uuid: group.body.uuid };
    const locked = await order(node, 'DELETE', server, '', byGroup);
    expect([locked.status, locked.body['errors']]).toEqual([417, ['Backup is locked and cannot be deleted']]);
    expect((await order(node, 'DELETE', server, '', undefined)).body).toEqual({ uuid: made[2] });
    expect((await order(node, 'DELETE', server, '', { backup_uuid: made[2] })).status).toBe(404);
    expect((await http.get<Entry[]>(path)).body.map(({ uuid }) => uuid)).toEqual([made[1], made[0]]);
  });

  it('finds nothing on servers of other nodes, and changes nothing', async () => {
    const { server } = await place();
    const other = await createNode(panel);
    for (const [method, path] of [
      ['POST', ''],
      ['POST', '/restore'],
      ['DELETE', ''],
      ['PATCH', ''],
    ] as const) {
      expect([method, path, (await order(other, method, server, path, {})).status]).toEqual([method, path, 404]);
    }
    expect(await panel.prisma.serverBackup.count()).toBe(0);
  });
});

describe('backup configurations', () => {
  const all = '/api/admin/backup-configurations';
  const secrets = ['sekrit-password', 'sekrit-token', 'sekrit-kopia', 'sekrit-variable', 'test/secret+key'];

  it('tell daemons how to reach repositories, and nobody else a secret', async () => {
    const node = await createNode(panel);
    const server = await createServer(panel, { owner, node, egg });
    const environment = { AWS_SECRET_ACCESS_KEY: 'sekrit-variable' };
    const bodies = [
      { name: 'restic', adapter: 'restic', restic: { repository: 's3:x/y', password: 'sekrit-password', environment } },
      {
        name: 'pbs',
        adapter: 'proxmox-backup-server',
        pbs: { url: 'https://pbs.test:8007', datastore: 'ds', tokenId: 'a@pbs!b', tokenSecret: 'sekrit-token' },
      },
      {
        name: 'kopia',
        adapter: 'kopia',
        kopia: { url: 'https://kopia.test', username: 'wings@node', password: 'sekrit-kopia' },
      },
    ];
    const answers: Record<string, Record<string, unknown>> = {};
    for (const { adapter, name, ...body } of bodies) {
      const made = await admin.post<{ id: number }>(all, { adapter, name, ...body });
      expect([name, made.status, made.text]).toEqual([name, 201, expect.any(String)]);
      const chosen = { serverUuid: server.uuid, configurationId: made.body.id };
      expect((await admin.put(`${all}/assignment`, chosen)).status).toBe(200);
      const ordered = await remote(node, 'POST', `/servers/${server.uuid}/backups`, {});
      expect(ordered.body['adapter']).toBe(adapter);
      const uuid = String(ordered.body['uuid']);
      for (const kind of ['restic', 'pbs', 'kopia']) {
        const answer = await remote(node, 'GET', `/backups/${uuid}/${kind}`);
        expect([name, kind, answer.status]).toEqual([name, kind, kind === name ? 200 : 404]);
        if (kind === name) answers[name] = answer.body;
      }
      await panel.prisma.serverBackup.updateMany({ data: { state: 'completed' } });
    }
    expect(answers).toMatchObject({
      restic: {
        repository: 's3:x/y',
        password_file: null,
        retry_lock_seconds: 60,
        environment: { ...environment, RESTIC_PASSWORD: 'sekrit-password' },
      },
      pbs: { datastore: 'ds', namespace: null, token_secret: 'sekrit-token', server_uuid: server.uuid },
      kopia: { username: 'wings@node', password: 'sekrit-kopia', tags: { server: server.uuid } },
    });
    const shown = (await admin.get(all)).text;
    const stored = JSON.stringify(await panel.prisma.backupConfiguration.findMany());
    const logged = JSON.stringify(await panel.prisma.activityEntry.findMany(), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const secret of secrets) for (const text of [shown, stored, logged]) expect(text).not.toContain(secret);
  });

  it('are chosen by the server before the node, and by the node before the location', async () => {
    const { body: location } = await admin.post<{ id: number }>('/api/admin/locations', { shortCode: 'x', name: 'X' });
    const node = await createNode(panel, { location: { connect: { id: location.id } } });
    const server = await createServer(panel, { owner, node, egg });
    const adapterOfNext = async () => {
      const answer = await remote(node, 'POST', `/servers/${server.uuid}/backups`, {});
      await panel.prisma.serverBackup.deleteMany();
      return answer.body['adapter'] ?? answer.body['code'];
    };
    expect(await adapterOfNext()).toBe('wings');
    const targets = [
      ['zfs', { locationId: location.id }],
      ['btrfs', { nodeId: node.id }],
      ['ddup-bak', { serverUuid: server.uuid }],
    ] as const;
    for (const [adapter, target] of targets) {
      const { body } = await admin.post<{ id: number }>(all, { name: adapter, adapter });
      expect((await admin.put(`${all}/assignment`, { ...target, configurationId: body.id })).status).toBe(200);
      expect(await adapterOfNext()).toBe(adapter);
      expect((await admin.delete(`${all}/${body.id}`)).status).toBe(409);
    }
    const go = { data: { daemonKind: 'go' }, where: { id: node.id } } as const;
    await panel.prisma.node.update(go);
    const asGo = await panel.http.request<Record<string, unknown>>(
      'POST',
      `/api/remote/servers/${server.uuid}/backups`,
      { headers: headersOf(node, 'go'), body: {} },
    );
    expect([asGo.status, asGo.body['code']]).toEqual([417, 'backups.adapter_unsupported']);
    for (const [, target] of targets) {
      expect((await admin.put(`${all}/assignment`, { ...target, configurationId: null })).status).toBe(200);
    }
    expect(await adapterOfNext()).toBe('wings');
    await panel.prisma.node.update({ where: { id: node.id }, data: { locationId: null } });
    await panel.prisma.location.deleteMany();
  });

  it('keep their secrets when only the rest changes, and refuse what cannot be', async () => {
    const s3 = { endpoint: store.url, region: 'other', bucket: 'backups', pathStyle: null };
    const changed = await admin.put(`${all}/${configurationId}`, { s3 });
    expect(changed.body).toMatchObject({ adapter: 's3', s3: { region: 'other', pathStyle: true, partSizeMib: 128 } });
    expect((await admin.put(`${all}/${configurationId}`, { name: 'renamed' })).body).toMatchObject({
      name: 'renamed',
      s3: { region: 'other' },
    });
    const good = { accessKeyId: 'a', secretAccessKey: 'b', region: 'r', bucket: 'bucket' };
    for (const [name, body] of [
      ['no settings', { adapter: 's3' }],
      ['no key', { adapter: 's3', s3: { ...good, secretAccessKey: null, endpoint: store.url } }],
      ['metadata', { adapter: 's3', s3: { ...good, endpoint: 'http://169.254.169.254' } }],
      ['metadata in decimal', { adapter: 's3', s3: { ...good, endpoint: 'http://2852039166' } }],
      ['another scheme', { adapter: 's3', s3: { ...good, endpoint: 'ftp://store.test' } }],
      ['credentials', { adapter: 's3', s3: { ...good, endpoint: 'http://a:b@store.test' } }],
      ['a path', { adapter: 's3', s3: { ...good, endpoint: 'http://store.test/x' } }],
      ['a bucket with a slash', { adapter: 's3', s3: { ...good, endpoint: store.url, bucket: '../x' } }],
      ['an unknown adapter', { adapter: 'tape' }],
      [
        'a variable with an equals sign',
        { adapter: 'restic', restic: { repository: 'r', password: 'p', environment: { 'A=B': 'c' } } },
      ],
    ] as const) {
      expect([name, (await admin.post(all, { name: 'x', ...body })).status]).toEqual([name, 400]);
    }
    expect((await admin.post(all, { name: 'renamed', adapter: 'zfs' })).status).toBe(409);
    for (const target of [{}, { nodeId: 1, locationId: 1 }]) {
      expect((await admin.put(`${all}/assignment`, { ...target, configurationId })).status).toBe(400);
    }
    expect((await admin.put(`${all}/assignment`, { nodeId: 2_000_000_000, configurationId })).status).toBe(404);
    expect((await admin.delete(`${all}/${configurationId}`)).status).toBe(200);
    expect((await admin.get(`${all}/${configurationId}`)).status).toBe(404);
  });
});

it('groups belong to one server, and leave their backups when they go', async () => {
  const [mine, theirs] = [await place(), await place()];
  const groups = (server: TestServer) => `/api/servers/${server.uuid}/backup-groups`;
  const made = await http.post<{ uuid: string }>(groups(mine.server), { name: 'Weekly', keep: 3 });
  expect([made.status, made.body]).toMatchObject([201, { name: 'Weekly', keep: 3, backups: 0 }]);
  expect((await http.post(groups(mine.server), { name: 'Weekly' })).status).toBe(409);
  const at = `${groups(theirs.server)}/${made.body.uuid}`;
  expect([(await http.put(at, { name: 'x' })).status, (await http.delete(at)).status]).toEqual([404, 404]);
  const [uuid, foreign] = [await underWay(mine), await underWay(theirs)];
  expect((await http.post(`${mine.path}/${uuid}/move`, { group: made.body.uuid })).status).toBe(200);
  expect((await http.post(`${theirs.path}/${foreign}/move`, { group: made.body.uuid })).status).toBe(404);
  expect((await http.put(`${groups(mine.server)}/${made.body.uuid}`, { keep: null })).body).toMatchObject({
    name: 'Weekly',
    keep: null,
    backups: 1,
  });
  expect((await http.delete(`${groups(mine.server)}/${made.body.uuid}`)).status).toBe(200);
  expect(await row(uuid)).toMatchObject({ groupUuid: null });

  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => http.post(groups(mine.server), { name: `group ${index}` })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(25);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(25);
});
