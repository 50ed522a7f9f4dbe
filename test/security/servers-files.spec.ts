import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import { createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

let panel: TestPanel;
let owner: TestUser;
let server: TestServer;
let daemon: SimulatedWings;
let http: HttpClient;
let path: string;

beforeAll(async () => {
  panel = await startPanel();
  owner = await createUser(panel);
  http = panel.as(await openSession(panel, owner));
  const node = await createNode(panel, { daemonKind: 'rs' });
  server = await createServer(panel, { owner, node, egg: await createEgg(panel) });
  daemon = daemonOf(panel, node, 'rs');
  await daemon.boot();
  await announce(panel, node, daemon);
  path = `/api/servers/${server.uuid}/files`;
});
afterAll(async () => {
  await daemon.crash();
  await panel.close();
});

const HOSTILE = {
  'goes up': '/../../etc/passwd',
  'goes up in the middle': '/world/../../x',
  'ends above': '..',
  'goes up with backslashes': '..\\..\\x',
  'has a backslash': '/a\\b',
  'has a NUL': '/a\u0000.txt',
  'has a line break': '/a\nb',
  'has an escape': '/a\u001b[2J',
  'has a C1 control': '/a\u0085b',
  'goes up in full-width dots': '/．．/etc',
  'goes up in a two-dot leader': '/‥/etc',
  'is half a character': '/a\ud800',
  'has too long a name': `/${'a'.repeat(256)}`,
  'is too long': `/${'a/'.repeat(2100)}`,
} as const;

type Call = (hostile: string) => Promise<{ status: number }>;
const q = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half a character has no encoding: these are its bytes.
    return '%ED%A0%80..%2f..';
  }
};
const octets = { headers: { 'content-type': 'application/octet-stream' } };

const CALLS: Record<string, Call> = {
  list: (bad) => http.get(`${path}?path=${q(bad)}`),
  'list by directory': (bad) => http.get(`${path}?directory=${q(bad)}`),
  contents: (bad) => http.get(`${path}/contents?path=${q(bad)}`),
  download: (bad) => http.get(`${path}/download?path=${q(bad)}`),
  'download token': (bad) => http.get(`${path}/download-token?path=${q(bad)}`),
  revisions: (bad) => http.get(`${path}/revisions?file=${q(bad)}`),
  revision: (bad) => http.get(`${path}/revisions/1?file=${q(bad)}`),
  'largest directories': (bad) => http.get(`${path}/largest-directories?directory=${q(bad)}`),
  upload: (bad) => http.post(`${path}/upload?path=${q(bad)}`, new Uint8Array(1), octets),
  write: (bad) => http.post(`${path}/write`, { path: bad, content: '' }),
  restore: (bad) => http.post(`${path}/revisions/1/restore`, { path: bad }),
  delete: (bad) => http.post(`${path}/delete`, { path: bad }),
  'delete many': (bad) => http.post(`${path}/delete`, { path: '/', files: ['a', bad], bulk: true }),
  'create directory': (bad) => http.post(`${path}/create-directory`, { path: bad }),
  archive: (bad) => http.post(`${path}/archive`, { root: '/', files: [bad] }),
  'archive in': (bad) => http.post(`${path}/archive`, { root: bad, files: ['a'] }),
  decompress: (bad) => http.post(`${path}/decompress`, { root: '/', file: bad }),
  'rename from': (bad) => http.put(`${path}/rename`, { files: [{ from: bad, to: 'a' }] }),
  'rename to': (bad) => http.put(`${path}/rename`, { files: [{ from: 'a', to: bad }] }),
  move: (bad) => http.post(`${path}/move`, { files: [bad], destination: 'b' }),
  'move to': (bad) => http.post(`${path}/move`, { files: ['a'], destination: bad }),
  chmod: (bad) => http.post(`${path}/chmod`, { files: [{ file: bad, mode: '644' }] }),
  copy: (bad) => http.post(`${path}/copy`, { path: bad }),
  'pull into': (bad) => http.post(`${path}/pull`, { root: bad, url: 'https://1.1.1.1/a' }),
  'pull as': (bad) => http.post(`${path}/pull`, { url: 'https://1.1.1.1/a', file_name: bad }),
};

describe('a path among the files of a server', () => {
  it.each(Object.keys(HOSTILE) as (keyof typeof HOSTILE)[])('that %s is refused by every route', async (name) => {
    const before = daemon.calls.length;
    for (const [call, make] of Object.entries(CALLS)) {
      expect([call, (await make(HOSTILE[name])).status]).toEqual([call, 400]);
    }
    const reached = daemon.calls.slice(before).filter(({ path: called }) => called.includes('/files'));
    expect(reached).toEqual([]);
  });

  it('that comes twice, or as something else than text, is refused', async () => {
    expect((await http.get(`${path}/contents?path=a&path=b`)).status).toBe(400);
    expect((await http.post(`${path}/delete`, { path: ['/a'] })).status).toBe(400);
    expect((await http.post(`${path}/delete`, {})).body).toMatchObject({ error: expect.stringContaining('No files') });
    expect((await http.get(`${path}/contents`)).status).toBe(400);
  });

  it('is never the directory of all files where something is changed', async () => {
    for (const body of [
      { path: '/' },
      { path: '/', files: ['.'] },
      { path: '//', files: [''] },
      { path: '/', files: [] },
    ]) {
      expect((await http.post(`${path}/delete`, body)).status).toBe(400);
    }
    expect((await http.post(`${path}/write`, { path: '/', content: '' })).status).toBe(400);
    expect((await http.put(`${path}/rename`, { files: [{ from: '/', to: 'a' }] })).status).toBe(400);
  });

  it('reaches the node as it was meant: percent signs and question marks are part of names', async () => {
    const name = '/100%25 & more?x=1#y.txt';
    await http.post(`${path}/write`, { path: name, content: 'odd' });
    expect(daemon.server(server.uuid).files.read(name)?.toString()).toBe('odd');
    expect((await http.get(`${path}/contents?path=${encodeURIComponent(name)}`)).text).toBe('odd');
  });
});

describe('an address that a node shall download', () => {
  it.each([
    'http://127.0.0.1/a',
    'http://localhost/a',
    'http://2130706433/a',
    'http://0x7f.1/a',
    'http://[::1]/a',
    'http://[::ffff:127.0.0.1]/a',
    'http://10.0.0.1/a',
    'http://192.168.1.1/a',
    'http://169.254.169.254/latest/meta-data',
    'http://100.100.100.200/a',
    'http://[fd00::1]/a',
    'http://0.0.0.0/a',
    'ftp://1.1.1.1/a',
    'file:///etc/passwd',
    'http://user:secret@1.1.1.1/a',
    'nonsense',
  ])('like %s is refused by the panel', async (url) => {
    const before = daemon.calls.length;
    const answer = await http.post(`${path}/pull`, { url });
    expect([answer.status, answer.body]).toMatchObject([400, { code: 'files.address_refused' }]);
    expect(daemon.calls.slice(before).some(({ path: called }) => called.includes('/pull'))).toBe(false);
  });

  it('reaches the node when it is public, and the record leaves out its query', async () => {
    const answer = await http.post(`${path}/pull`, { root: '/mods', url: 'https://1.1.1.1/a.jar?key=secret' });
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    const call = daemon.calls.findLast(({ path: called }) => called.endsWith('/files/pull'));
    expect(call?.body).toEqual({ root: '/mods', url: 'https://1.1.1.1/a.jar?key=secret', foreground: false });
    const row = await panel.prisma.activityEntry.findFirstOrThrow({ where: { action: 'server:file:pull' } });
    expect(row.metadata).toEqual({ root: '/mods', url: 'https://1.1.1.1/a.jar' });
  });
});

it('a file is sent so that nothing in it can run, whatever it is called', async () => {
  daemon.server(server.uuid).files.write('/"evil"; x=.html', '<script>alert(1)</script>');
  const name = encodeURIComponent('/"evil"; x=.html');
  for (const route of ['download', 'contents']) {
    const answer = await http.get(`${path}/${route}?path=${name}`);
    expect(answer.headers).toMatchObject({
      'content-type': route === 'download' ? 'application/octet-stream' : 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
    });
    if (route === 'download') {
      expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="%22evil%22%3B%20x%3D\.html"/);
    }
  }
});
