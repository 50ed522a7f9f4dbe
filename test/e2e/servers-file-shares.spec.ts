import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { announce, daemonOf } from '../support/daemons.js';
import { addSubuser, createEgg, createNode, createServer, createUser, openSession } from '../support/factories.js';
import type { TestServer, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import type { SimulatedWings } from '../support/wings/simulated-wings.js';

interface Share {
  id: string;
  token: string;
  url: string;
  active: boolean;
  downloads: number;
  expiresIn: string;
  expiresAt: string | null;
}

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
  const node = await createNode(panel, { daemonKind: 'go' });
  server = await createServer(panel, { owner, node, egg: await createEgg(panel) });
  daemon = daemonOf(panel, node, 'go');
  await daemon.boot();
  await announce(panel, node, daemon);
  path = `/api/servers/${server.uuid}/files/shares`;
});
beforeEach(async () => {
  await panel.prisma.serverFileShare.deleteMany();
  daemon.server(server.uuid).files.write('/world/a.txt', 'hello');
});
afterAll(async () => {
  await daemon.crash();
  await panel.close();
});

async function share(body: object = {}, by: HttpClient = http): Promise<Share> {
  const answer = await by.post<Share>(path, { filePath: '/world/a.txt', ...body });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body;
}

const content = ({ token }: Share) => panel.http.get(`/public/share/${token}/content`);

describe('a link to a file', () => {
  it('gives the file to whoever has it, and is kept as a digest', async () => {
    const made = await share({ expiresIn: '1w' });
    expect(made).toMatchObject({
      expiresIn: '1w',
      active: true,
      downloads: 0,
      url: expect.stringMatching(/\/share\//),
    });
    expect((await panel.http.get(`/public/share/${made.token}`)).body).toMatchObject({
      fileName: 'a.txt',
      isPreviewableCode: true,
      isImage: false,
      downloads: 0,
    });
    const text = await content(made);
    expect([text.status, text.text, text.headers['access-control-allow-origin']]).toEqual([200, 'hello', '*']);
    const media = await panel.http.get(`/public/share/${made.token}/media`);
    expect(media.headers).toMatchObject({
      'content-disposition': expect.stringContaining('attachment'),
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-content-type-options': 'nosniff',
    });
    const download = await panel.http.get(`/public/share/${made.token}/download`);
    expect(download.status).toBe(302);
    expect(await (await fetch(String(download.headers['location']))).text()).toBe('hello');
    expect((await http.get<Share[]>(path)).body).toMatchObject([{ token: made.token, downloads: 3 }]);
    const row = await panel.prisma.serverFileShare.findUniqueOrThrow({ where: { id: made.id } });
    const entry = await panel.prisma.activityEntry.findFirstOrThrow({ where: { action: 'server:file:share' } });
    expect(JSON.stringify([row, entry.metadata])).not.toContain(made.token);
  });

  it('ends with its time, its downloads, its file and its deletion', async () => {
    const made = await share({ maximumDownloads: 1 });
    expect([(await content(made)).status, (await content(made)).status]).toEqual([200, 410]);
    const old = await share({ expiresIn: 'nonsense' });
    expect(old.expiresIn).toBe('1d');
    await panel.prisma.serverFileShare.update({ where: { id: old.id }, data: { expiresAt: new Date(0) } });
    expect((await content(old)).status).toBe(410);
    const gone = await share();
    daemon.server(server.uuid).files.remove('/world/a.txt');
    expect([(await content(gone)).status, (await content(gone)).status]).toEqual([410, 404]);
    expect((await http.post(path, { filePath: '/world/a.txt' })).status).toBe(404);
    expect((await http.post(path, { filePath: '/world' })).status).toBe(400);
    daemon.server(server.uuid).files.write('/world/a.txt', 'hello');
    const deleted = await share({ expiresIn: 'permanent' });
    expect(deleted.expiresAt).toBeNull();
    expect((await http.delete(`${path}/${deleted.id}`)).status).toBe(200);
    expect([(await content(deleted)).status, (await http.delete(`${path}/${deleted.id}`)).status]).toEqual([404, 404]);
  });

  it('ends with the right of whoever made it, and rests while the server is suspended', async () => {
    const friend = await createUser(panel);
    const { id } = await addSubuser(panel, server, friend, ['file-sharing']);
    const made = await share({}, panel.as(await openSession(panel, friend)));
    expect((await content(made)).status).toBe(200);
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { suspended: true } });
    expect((await content(made)).status).toBe(404);
    await panel.prisma.server.update({ where: { uuid: server.uuid }, data: { suspended: false } });
    await panel.prisma.serverSubuser.delete({ where: { id } });
    expect((await content(made)).status).toBe(404);
  });

  it('cannot be guessed or made for a path above the files', async () => {
    expect((await panel.http.get(`/public/share/${'0'.repeat(64)}`)).status).toBe(404);
    expect((await http.post(path, { filePath: '/../etc/passwd' })).status).toBe(400);
    expect((await http.post(path, {})).body).toMatchObject({ error: expect.stringContaining('filePath is required') });
  });
});

it('of 50 who come at once for a link of 5 downloads exactly 5 get the file', async () => {
  const made = await share({ maximumDownloads: 5 });
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => panel.http.get(`/public/share/${made.token}/download`)),
  );
  expect(answers.filter(({ status }) => status === 302)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 410)).toHaveLength(45);
  expect((await panel.prisma.serverFileShare.findUniqueOrThrow({ where: { id: made.id } })).downloads).toBe(5);
});

it('of 50 who make links where room for one is left exactly one gets it', async () => {
  const made = await share();
  const {
    id: _id,
    tokenDigest: _digest,
    ...row
  } = await panel.prisma.serverFileShare.findUniqueOrThrow({
    where: { id: made.id },
  });
  await panel.prisma.serverFileShare.createMany({
    data: Array.from({ length: 98 }, (_, index) => ({ ...row, tokenDigest: new Uint8Array(Buffer.from(`t${index}`)) })),
  });
  const answers = await Promise.all(Array.from({ length: 50 }, () => http.post(path, { filePath: '/world/a.txt' })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 49 }, () => 409)]);
});
