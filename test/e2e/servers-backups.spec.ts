import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { announce, daemonOf, FLAVOURS, headersOf } from '../support/daemons.js';
import { addSubuser, createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';
import type { WingsOptions } from '../support/wings/options.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';
import type { Flavour } from '../support/wings/types.js';

interface Entry {
  uuid: string;
  name: string;
  bytes: number;
  status: string;
  is_successful: boolean | null;
  locked: boolean;
  checksum: string | null;
}

let panel: TestPanel;
let owner: TestUser;
let http: HttpClient;
let egg: TestEgg;
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  panel = await startPanel();
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  egg = await createEgg(panel);
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.crash();
  await panel.prisma.allocation.deleteMany();
  await panel.prisma.server.deleteMany();
});
afterAll(() => panel.close());

interface Place {
  node: TestNode;
  server: TestServer;
  daemon: SimulatedWings;
  path: string;
}

/** A stopped server of the owner on a running daemon. */
async function place(flavour: Flavour = 'rs', options: Partial<WingsOptions> = {}): Promise<Place> {
  const node = await createNode(panel);
  const server = await createServer(panel, { owner, node, egg });
  const daemon = daemonOf(panel, node, flavour, options);
  daemons.push(daemon);
  await daemon.boot();
  await announce(panel, node, daemon);
  return { node, server, daemon, path: `/api/servers/${server.uuid}/backups` };
}

const list = async (path: string): Promise<Entry[]> => (await http.get<Entry[]>(path)).body;
const row = (uuid: string) => panel.prisma.serverBackup.findUniqueOrThrow({ where: { uuid } });
const serverRow = (uuid: string) => panel.prisma.server.findUniqueOrThrow({ where: { uuid } });

/** Asks for a backup and waits until the daemon has reported its end. */
async function backUp(path: string, body: object = {}): Promise<Entry> {
  const answer = await http.post<Entry>(path, body);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return until('the backup has ended', async () => {
    const entry = (await list(path)).find(({ uuid }) => uuid === answer.body.uuid);
    return entry !== undefined && entry.status !== 'running' ? entry : undefined;
  });
}

describe.each(FLAVOURS)('backups of a server on a %s daemon', (flavour) => {
  it('are made, restored, downloaded and deleted', async () => {
    const { server, daemon, path } = await place(flavour);
    daemon.server(server.uuid).files.write('/world/level.dat', Buffer.from('first'));
    const made = await backUp(path, { name: 'Before the update', ignore: '*.log' });
    expect(made).toMatchObject({ name: 'Before the update', status: 'completed', is_successful: true, locked: false });
    expect(made.bytes).toBeGreaterThan(0);
    expect(made.checksum).toMatch(/^[0-9a-f]{40,64}$/);

    daemon.server(server.uuid).files.write('/world/level.dat', Buffer.from('second'));
    const restored = await http.post(`${path}/${made.uuid}/restore`, { truncate_directory: true });
    expect([restored.status, restored.body]).toEqual([200, { success: true }]);
    await until('the restore has ended', async () => (await serverRow(server.uuid)).restoringSince === null);
    expect(daemon.server(server.uuid).files.read('/world/level.dat')?.toString()).toBe('first');

    const link = await http.get<{ url: string }>(`${path}/${made.uuid}/download`);
    const download = await fetch(link.body.url);
    expect([download.status, (await download.arrayBuffer()).byteLength]).toEqual([200, made.bytes]);

    expect((await http.delete(`${path}/${made.uuid}`)).status).toBe(200);
    expect(await list(path)).toEqual([]);
    await until('the daemon has deleted it', () => !daemon.disk.backups.has(made.uuid));
    await until('the row is gone', async () => (await panel.prisma.serverBackup.count()) === 0);
  });

  it('fail when the daemon says so, and then take no room', async () => {
    const { path } = await place(flavour, { backupSucceeds: false });
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: { backups: 1 } } });
    for (let count = 0; count < 2; count++) {
      expect(await backUp(path)).toMatchObject({ status: 'failed', is_successful: false, bytes: 0 });
    }
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: {} } });
  });
});

describe('backups', () => {
  it('keep what the daemon reports only from the node that holds them', async () => {
    const { node, server, path } = await place();
    const made = await backUp(path);
    const other = await createNode(panel);
    const report = { successful: false, size: 0, checksum: '', checksum_type: 'sha1', parts: null };
    for (const call of ['', '/restore', '/deletion']) {
      const answer = await panel.http.request('POST', `/api/remote/backups/${made.uuid}${call}`, {
        headers: headersOf(other, 'go'),
        body: call === '' ? report : { successful: true },
      });
      expect([call, answer.status]).toEqual([call, 404]);
    }
    expect(await row(made.uuid)).toMatchObject({ state: 'completed', serverUuid: server.uuid, nodeId: node.id });
  });

  it('take a repeated report as it is, and refuse another end', async () => {
    const { node, path } = await place();
    const { uuid } = await backUp(path);
    const send = (body: object) =>
      panel.http.request('POST', `/api/remote/backups/${uuid}`, { headers: headersOf(node, 'rs'), body });
    const success = { checksum: 'x', checksum_type: 'sha256', size: 1, files: 1, successful: true };
    expect((await send(success)).status).toBe(204);
    expect((await send({ ...success, successful: false })).status).toBe(400);
    expect(await row(uuid)).toMatchObject({ state: 'completed', checksum: expect.not.stringMatching(/^x$/) });
  });

  it('that a daemon was making or restoring when it died have failed after its reset', async () => {
    const { node, server, path } = await place();
    const { uuid: restored } = await backUp(path);
    const { uuid: running } = await panel.prisma.serverBackup.create({
      data: { serverUuid: server.uuid, nodeId: node.id, name: 'half', locked: true },
    });
    await panel.prisma.server.update({
      where: { uuid: server.uuid },
      data: { restoringBackup: restored, restoringSince: new Date() },
    });
    const answer = await panel.http.request('POST', '/api/remote/servers/reset', { headers: headersOf(node, 'rs') });
    expect(answer.status).toBe(204);
    expect(await row(running)).toMatchObject({ state: 'failed', locked: false });
    expect(await serverRow(server.uuid)).toMatchObject({ restoringBackup: null, restoringSince: null });
  });

  it('are not restored while the server runs, nor is it started meanwhile', async () => {
    const { server, path } = await place();
    const { uuid } = await backUp(path);
    const set = (data: object) => panel.prisma.server.update({ where: { uuid: server.uuid }, data });
    await set({ state: 'running' });
    const refused = await http.post(`${path}/${uuid}/restore`, {});
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'servers.running' }]);

    await set({ state: 'offline', restoringBackup: uuid, restoringSince: new Date() });
    for (const [url, body] of [
      [`${path}/${uuid}/restore`, {}],
      [path, {}],
      [`/api/servers/${server.uuid}/power`, { action: 'start' }],
      [`/api/servers/${server.uuid}/reinstall`, {}],
    ] as const) {
      const answer = await http.post(url, body);
      expect([url, answer.status, answer.body]).toMatchObject([url, 409, { code: 'servers.restoring' }]);
    }
    expect((await http.delete(`${path}/${uuid}`)).status).toBe(409);
    // A daemon that refused in silence: the panel stops waiting.
    await set({ restoringSince: new Date(Date.now() - 7 * 3_600_000) });
    expect((await http.post(`/api/servers/${server.uuid}/power`, { action: 'start' })).status).toBe(200);
  });

  it('that are locked stay until they are unlocked or deleted by force', async () => {
    const { path } = await place();
    const { uuid } = await backUp(path);
    expect((await http.post(`${path}/${uuid}/lock`, { lock: true })).body).toEqual({ success: true, locked: true });
    const refused = await http.delete(`${path}/${uuid}`);
    expect([refused.status, refused.body]).toMatchObject([403, { error: 'Backup is locked and cannot be deleted' }]);
    const renamed = await http.post(`${path}/${uuid}/rename`, { name: '  Golden ' });
    expect(renamed.body).toEqual({ success: true, display_name: 'Golden' });
    expect((await http.delete(`${path}/${uuid}?force=1`)).status).toBe(200);
  });

  it('are deleted on a node that was away when it is back', async () => {
    const { node, path, daemon } = await place();
    const { uuid } = await backUp(path);
    await daemon.crash();
    expect((await http.delete(`${path}/${uuid}`)).status).toBe(200);
    expect(await row(uuid)).toMatchObject({ state: 'deleting' });
    await daemon.boot();
    await announce(panel, node, daemon);
    await until('the daemon has deleted it', () => !daemon.disk.backups.has(uuid), { within: 60_000 });
  });

  it('of another server are not found under this one', async () => {
    const [mine, theirs] = [await place(), await place()];
    const { uuid } = await backUp(theirs.path);
    for (const [method, path] of [
      ['GET', `${mine.path}/${uuid}/download`],
      ['POST', `${mine.path}/${uuid}/restore`],
      ['POST', `${mine.path}/${uuid}/lock`],
      ['POST', `${mine.path}/${uuid}/rename`],
      ['DELETE', `${mine.path}/${uuid}`],
    ] as const) {
      const body = { lock: true, name: 'x' };
      expect([path, (await http.request(method, path, method === 'GET' ? {} : { body })).status]).toEqual([path, 404]);
    }
    expect(await row(uuid)).toMatchObject({ state: 'completed', locked: false });
  });

  it('answer the error of a node that is away, and have failed', async () => {
    const { daemon, path } = await place();
    await daemon.crash();
    expect((await http.post(path, {})).status).toBe(504);
    expect(await list(path)).toMatchObject([{ status: 'failed' }]);
  });

  it('count for the owner when a subuser makes them', async () => {
    const { server, path } = await place();
    const friend = await createUser(panel, { limits: { backups: 100 } });
    await addSubuser(panel, server, friend, ['backups']);
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: { backups: 0 } } });
    const answer = await panel.as(await openSession(panel, friend)).post(path, {});
    expect([answer.status, answer.body, answer.headers['retry-after']]).toMatchObject([
      429,
      { error: 'Account backup limit reached (0)' },
      '60',
    ]);
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: {} } });
  });

  it('of fifty requests at once one is made, within the limit of the owner', async () => {
    const { path } = await place();
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: { backups: 1 } } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => http.post(path, {})));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409 || status === 429)).toHaveLength(49);
    expect(await panel.prisma.serverBackup.count()).toBe(1);
    await panel.prisma.user.update({ where: { id: owner.id }, data: { limits: {} } });
  });
});
