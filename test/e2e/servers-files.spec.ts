import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { announce, daemonOf, FLAVOURS } from '../support/daemons.js';
import { addSubuser, createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestEgg, TestNode, TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import type { WingsOptions } from '../support/wings/options.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';
import type { Flavour } from '../support/wings/types.js';

interface Entry {
  name: string;
  size: number;
  directory: boolean;
  is_file: boolean;
  mode_bits: string;
}

let panel: TestPanel;
let owner: TestUser;
let http: HttpClient;
let egg: TestEgg;
const daemons: SimulatedWings[] = [];

beforeAll(async () => {
  panel = await startPanel({ env: { FILES_UPLOAD_LIMIT_MIB: '1' } });
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  egg = await createEgg(panel);
});
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.crash();
  await panel.prisma.allocation.deleteMany();
  await panel.prisma.server.deleteMany();
  await panel.prisma.activityEntry.deleteMany();
});
afterAll(() => panel.close());

interface Place {
  node: TestNode;
  server: TestServer;
  daemon: SimulatedWings;
  path: string;
  files: ReturnType<SimulatedWings['server']>['files'];
}

/** A stopped server of the owner on a running daemon. */
async function place(flavour: Flavour = 'rs', options: Partial<WingsOptions> = {}): Promise<Place> {
  const node = await createNode(panel, { daemonKind: flavour });
  const server = await createServer(panel, { owner, node, egg });
  const daemon = daemonOf(panel, node, flavour, options);
  daemons.push(daemon);
  await daemon.boot();
  await announce(panel, node, daemon);
  const { files } = daemon.server(server.uuid);
  return { node, server, daemon, path: `/api/servers/${server.uuid}/files`, files };
}

const OCTETS = { 'content-type': 'application/octet-stream' };
const upload = (path: string, name: string, body: Uint8Array) =>
  http.post(`${path}/upload?path=${encodeURIComponent(name)}`, body, { headers: OCTETS });

async function expectDone(answer: Promise<{ status: number; body: unknown }>): Promise<void> {
  const { status, body } = await answer;
  expect([status, body]).toEqual([200, expect.objectContaining({ success: true })]);
}

const actions = async (uuid: string): Promise<string[]> => {
  const rows = await panel.prisma.activityEntry.findMany({ where: { targetId: uuid }, orderBy: { id: 'asc' } });
  return rows.map(({ action }) => action).filter((action) => action.startsWith('server:file:'));
};

describe.each(FLAVOURS)('files of a server on a %s daemon', (flavour) => {
  it('are written, listed, read, changed and deleted, and every change is recorded', async () => {
    const { server, path, files } = await place(flavour);
    await expectDone(http.post(`${path}/write`, { path: '/config/über 1.yml', content: 'a: 1\n' }));
    await expectDone(http.put(`${path}/write`, { path: 'empty.txt', content: '' }));
    await expectDone(http.post(`${path}/create-directory`, { path: '/plugins/new' }));
    const root = await http.get<Entry[]>(`${path}?path=/`);
    expect(root.body.map(({ name, directory, is_file: isFile }) => [name, directory, isFile])).toEqual([
      ['config', true, false],
      ['plugins', true, false],
      ['empty.txt', false, true],
    ]);
    expect((await http.get<Entry[]>(`${path}?directory=/config`)).body).toMatchObject([
      { name: 'über 1.yml', size: 5 },
    ]);
    expect((await http.get(`${path}?path=/nowhere`)).body).toEqual([]);

    const contents = await http.get(`${path}/contents?path=${encodeURIComponent('/config/über 1.yml')}`);
    expect([contents.status, contents.text, contents.headers['content-type']]).toEqual([
      200,
      'a: 1\n',
      'text/plain; charset=utf-8',
    ]);
    expect((await http.get(`${path}/contents?path=/empty.txt`)).text).toBe('');

    await expectDone(http.put(`${path}/rename`, { root: '/', files: [{ from: 'empty.txt', to: 'renamed.txt' }] }));
    await expectDone(http.post(`${path}/move`, { root: '/', files: ['renamed.txt'], destination: '/plugins/' }));
    expect(files.has('/plugins/renamed.txt')).toBe(true);
    await expectDone(http.post(`${path}/move`, { root: '/plugins', files: ['renamed.txt'], destination: '' }));
    expect(files.has('/renamed.txt')).toBe(true);
    await expectDone(http.post(`${path}/copy`, { path: '/renamed.txt' }));
    expect(files.has('/renamed copy.txt')).toBe(true);
    await expectDone(
      http.post(`${path}/chmod`, { root: '/config', files: [{ file: '/config/über 1.yml', mode: '0600' }] }),
    );
    expect(files.get('/config/über 1.yml')?.mode).toBe(0o600);

    const archived = await http.post<Entry>(`${path}/archive`, { files: ['config'] });
    expect([archived.status, archived.body]).toMatchObject([200, { success: true, pending: false, is_file: true }]);
    await expectDone(http.post(`${path}/delete`, { path: '/config/über 1.yml' }));
    expect(files.has('/config/über 1.yml')).toBe(false);
    await expectDone(http.post(`${path}/decompress`, { root: '/', file: archived.body.name }));
    expect(files.read('/config/über 1.yml')?.toString()).toBe('a: 1\n');
    await expectDone(http.post(`${path}/delete`, { path: '/', files: ['config', 'plugins'], bulk: true }));
    expect([files.has('/config'), files.has('/plugins')]).toEqual([false, false]);
    expect(await actions(server.uuid)).toEqual(
      [
        ...['write', 'write', 'create-directory', 'rename', 'rename', 'rename', 'copy', 'chmod'],
        ...['compress', 'delete', 'decompress', 'delete'],
      ].map((what) => `server:file:${what}`),
    );
  });

  it('are uploaded and downloaded byte by byte, also in part', async () => {
    const { server, path, files } = await place(flavour);
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256);
    await expectDone(upload(path, '/world/region.mca', bytes));
    expect(files.read('/world/region.mca')?.equals(bytes)).toBe(true);
    await expectDone(upload(path, '/none.bin', new Uint8Array()));
    expect(files.read('/none.bin')?.length).toBe(0);
    const byHeader = { headers: { ...OCTETS, 'x-path': '/by-header.bin' } };
    await expectDone(http.post(`${path}/upload`, bytes.subarray(0, 10), byHeader));
    expect(files.read('/by-header.bin')?.length).toBe(10);
    const recorded = await panel.prisma.activityEntry.findFirst({
      where: { targetId: server.uuid, action: 'server:file:upload' },
      orderBy: { id: 'asc' },
    });
    expect(recorded?.metadata).toEqual({ filePath: '/world/region.mca', size: 100_000 });

    const download = async (range?: string) => {
      const headers = { ...(await openSession(panel, owner)).headers, ...(range !== undefined && { range }) };
      const answer = await fetch(`${panel.url}${path}/download?path=/world/region.mca`, { headers });
      return { answer, content: new Uint8Array(await answer.arrayBuffer()) };
    };
    const whole = await download();
    expect([whole.answer.status, whole.content]).toEqual([200, bytes]);
    expect(whole.answer.headers.get('content-disposition')).toContain('attachment; filename="region.mca"');
    expect(whole.answer.headers.get('content-security-policy')).toContain('sandbox');
    expect(whole.answer.headers.get('x-content-type-options')).toBe('nosniff');
    const part = await download('bytes=99990-');
    expect([part.answer.status, part.answer.headers.get('content-range'), part.content]).toEqual([
      206,
      'bytes 99990-99999/100000',
      bytes.subarray(99_990),
    ]);
    const beyond = await download('bytes=100000-');
    expect([beyond.answer.status, beyond.answer.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
  });

  it('go straight from and to the node with a token for one purpose', async () => {
    const { path, files } = await place(flavour);
    files.write('/a.txt', 'hello');
    const down = await http.get<{ token: string; url: string }>(`${path}/download-token?path=/a.txt`);
    const up = await http.get<{ token: string; url: string }>(`${path}/upload-token`);
    const wrongUse = await fetch(`${down.body.url}?token=${up.body.token}`);
    expect(wrongUse.status).toBeGreaterThanOrEqual(400);
    const downloaded = await fetch(`${down.body.url}?token=${down.body.token}`);
    expect([downloaded.status, await downloaded.text()]).toEqual([200, 'hello']);
    const form = new FormData();
    form.set('files', new Blob(['uploaded']), 'b.txt');
    const uploaded = await fetch(`${up.body.url}?token=${up.body.token}&directory=/in`, { method: 'POST', body: form });
    expect([uploaded.status, files.read('/in/b.txt')?.toString()]).toEqual([200, 'uploaded']);
  });

  it('that are missing, in the way or not of the kind give an error of the panel', async () => {
    const { path, files } = await place(flavour);
    files.write('/a.txt', 'a');
    files.write('/b.txt', 'b');
    const missing = await http.get(`${path}/contents?path=/none.txt`);
    expect([missing.status, missing.body]).toMatchObject([404, { code: 'files.not_found', error: 'File not found' }]);
    expect((await http.get(`${path}/download?path=/none.txt`)).status).toBe(404);
    const taken = await http.put(`${path}/rename`, { files: [{ from: 'a.txt', to: 'b.txt' }] });
    expect(taken.status).toBe(flavour === 'go' ? 400 : 409);
    expect(taken.body).toMatchObject({ code: flavour === 'go' ? 'files.refused' : 'files.conflict' });
    const noArchive = await http.post(`${path}/decompress`, { file: 'a.txt' });
    expect(noArchive.status).toBe(flavour === 'go' ? 400 : 409);
    expect([files.read('/a.txt')?.toString(), files.read('/b.txt')?.toString()]).toEqual(['a', 'b']);
  });

  it('do not grow beyond the disk of the server', async () => {
    const { server, daemon, path, files } = await place(flavour);
    const { settings } = daemon.server(server.uuid);
    settings.build = { ...settings.build, disk_space: 1 };
    files.write('/big.bin', Buffer.alloc(1_000_000));
    const answer = await upload(path, '/more.bin', new Uint8Array(500_000));
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'files.conflict' }]);
    expect(files.has('/more.bin')).toBe(false);
  });
});

describe('files', () => {
  it('have former contents on wings-rs, which can be put back', async () => {
    const { path, files } = await place('rs');
    for (const content of ['one', 'two', 'three']) await http.post(`${path}/write`, { path: '/a.txt', content });
    const { body: revisions } = await http.get<{ id: string; revision: string; size: number }[]>(
      `${path}/revisions?file=/a.txt`,
    );
    expect(revisions.map(({ id, revision, size }) => [id, revision, size])).toEqual([
      ['1', '1', 3],
      ['2', '2', 3],
    ]);
    expect((await http.get(`${path}/revisions/1?file=/a.txt`)).text).toBe('one');
    await expectDone(http.post(`${path}/revisions/1/restore`, { path: '/a.txt' }));
    expect(files.read('/a.txt')?.toString()).toBe('one');
    expect((await http.get(`${path}/revisions/77?file=/a.txt`)).status).toBe(404);
  });

  it('have no former contents and no sizes of directories on Go Wings', async () => {
    const { path } = await place('go');
    await http.post(`${path}/write`, { path: '/a.txt', content: 'one' });
    expect((await http.get(`${path}/revisions?file=/a.txt`)).body).toEqual([]);
    expect((await http.get(`${path}/revisions/1?file=/a.txt`)).status).toBe(404);
    expect((await http.get(`${path}/largest-directories`)).body).toEqual([]);
  });

  it('tell the largest directories, which are measured once in 30 s', async () => {
    const { path, files, daemon } = await place('rs');
    files.write('/small/a', 'a');
    files.write('/large/a', 'aaaa');
    const ask = () => http.get(`${path}/largest-directories?directory=/`);
    expect((await ask()).body).toEqual([
      { name: 'large', size: 4 },
      { name: 'small', size: 1 },
    ]);
    await ask();
    expect(daemon.calls.filter(({ path: called }) => called.endsWith('/largest-directories'))).toHaveLength(1);
  });

  it('are refused when they are too large, before a byte reaches the node', async () => {
    const { path, files, daemon } = await place();
    const large = await upload(path, '/large.bin', new Uint8Array(1_048_577));
    expect([large.status, large.body]).toMatchObject([413, { code: 'files.too_large' }]);
    const endless = { 'content-type': 'text/plain' };
    expect((await http.post(`${path}/upload?path=/a`, 'text', { headers: endless })).status).toBe(415);
    const body = new Blob(['chunked']).stream();
    const { headers } = await openSession(panel, owner);
    const chunked = await fetch(`${panel.url}${path}/upload?path=/a`, {
      method: 'POST',
      headers: { ...headers, ...OCTETS },
      body,
      duplex: 'half',
    });
    expect(chunked.status).toBe(411);
    expect(daemon.calls.some(({ path: called }) => called.endsWith('/files/write'))).toBe(false);
    files.write('/huge.log', Buffer.alloc(10 * 1024 * 1024 + 1, 'x'));
    expect((await http.get(`${path}/contents?path=/huge.log`)).status).toBe(413);
    expect((await http.get(`${path}/contents?path=/disk.QCOW2`)).body).toMatchObject({ code: 'files.qcow2' });
  });

  it('are edited up to 8 MiB, by those who may', async () => {
    const { path, files } = await place();
    const content = 'x'.repeat(5_000_000);
    await expectDone(http.post(`${path}/write`, { path: '/a.log', content }));
    expect(files.read('/a.log')?.length).toBe(5_000_000);
    const tooLarge = await http.post(`${path}/write`, { path: '/a.log', content: 'x'.repeat(9_000_000) });
    expect(tooLarge.status).toBe(413);
  });

  it('are changed only while the server is left alone, and read at any time', async () => {
    const { server, path, files } = await place();
    files.write('/a.txt', 'a');
    const states = [
      [{ installState: 'installing' }, { installState: 'installed' }, 'servers.installing'],
      [{ transferring: true }, { transferring: false }, 'servers.transferring'],
      [{ restoringSince: new Date() }, { restoringSince: null }, 'servers.restoring'],
    ] as const;
    for (const [busy, free, code] of states) {
      await panel.prisma.server.update({ where: { uuid: server.uuid }, data: busy });
      const answers = await Promise.all([
        http.post(`${path}/write`, { path: '/a.txt', content: 'b' }),
        upload(path, '/a.txt', new Uint8Array(1)),
        http.post(`${path}/delete`, { path: '/a.txt' }),
        http.get(`${path}/upload-token`),
      ]);
      expect(answers.map(({ status, body }) => [status, body])).toEqual(
        answers.map(() => [409, expect.objectContaining({ code })]),
      );
      expect((await http.get(`${path}/contents?path=/a.txt`)).text).toBe('a');
      await panel.prisma.server.update({ where: { uuid: server.uuid }, data: free });
    }
  });

  it('are for the owner and for those whom he lets', async () => {
    const { server, path } = await place();
    const helper = await createUser(panel);
    const as = panel.as(await openSession(panel, helper));
    expect((await as.get(path)).status).toBe(404);
    await addSubuser(panel, server, helper, ['console', 'backups']);
    expect((await as.get(path)).status).toBe(403);
    expect((await as.post(`${path}/write`, { path: '/a', content: '' })).status).toBe(403);
    const friend = await createUser(panel);
    await addSubuser(panel, server, friend, ['files']);
    expect((await panel.as(await openSession(panel, friend)).get(path)).status).toBe(200);
  });

  it('are out of reach while the server is suspended', async () => {
    const { server, path } = await place();
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { suspended: true } });
    expect([(await http.get(path)).status, (await http.get(`${path}/upload-token`)).status]).toEqual([403, 403]);
  });
});
