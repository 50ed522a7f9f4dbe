import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAdmin, createStaff, createUser, openSession } from '../support/factories.js';
import { formOf } from '../support/forms.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { png } from '../support/pictures.js';
import { until } from '../support/until.js';

const MARKER = 'planted-marker-of-a-passport';
const PDF = Buffer.from(`%PDF-1.7\n${MARKER}\n%%EOF`);
let panel: TestPanel;
let owner: HttpClient;
/** Paths of files that only some may see: an identity document and a document of staff. */
let idDocument: string;
let document: string;

beforeAll(async () => {
  panel = await startPanel();
  const user = await createUser(panel);
  owner = panel.as(await openSession(panel, user));
  await owner.post('/api/id-verification', formOf({ idDocument: PDF, selfie: await png() }));
  const admin = panel.as(await openSession(panel, await createAdmin(panel)));
  const { body } = await admin.get<{ idDocumentUrl: string }>(`/api/id-verification/${user.id}`);
  idDocument = new URL(body.idDocumentUrl).pathname;
  const uploaded = await admin.post<{ document: { url: string } }>(
    `/api/admin/users/${user.id}/documents`,
    formOf({ file: PDF, name: 'Contract' }),
  );
  document = new URL(uploaded.body.document.url).pathname;
});
afterAll(() => panel.close());

/** Other spellings of a path, as proxies and file servers have been led astray by them. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.toUpperCase(),
  (path) => path.replace('/uploads/', '/Uploads/'),
  (path) => path.replace('/uploads/', '/uploads//'),
  (path) => path.replace('/uploads/', '//uploads/'),
  (path) => path.replace('/uploads/', '/uploads/./'),
  (path) => path.replace('/uploads/', '/uploads/x/../'),
  (path) => path.replace('/uploads/', '/uploads/%2e%2e/uploads/'),
  (path) => path.replace('/uploads/', '/uploads/..%2f'),
  (path) => path.replace('/uploads/', '/uploads/%2e/'),
  (path) => path.replace('/uploads/', '/uploads\\'),
  (path) => path.replace('/uploads/', '/uploads/%5c'),
  (path) => `/uploads/${encodeURIComponent(path.slice('/uploads/'.length))}`,
  (path) => `/uploads/${encodeURIComponent(encodeURIComponent(path.slice('/uploads/'.length)))}`,
  (path) => `/uploads/avatar_user_1_0123456789abcdef.webp/..${path.slice('/uploads'.length)}`,
  (path) => `${path}/`,
  (path) => `${path}%00.webp`,
  (path) => `${path}?x=.webp`,
  (path) => `${path};.webp`,
  (path) => path.replace('id-docs', 'id%2ddocs').replace('user-documents', 'user%2ddocuments'),
  (path) => path.replace('id-docs', 'id-doc%73').replace('user-documents', 'user-document%73'),
];

describe('a private file', () => {
  it('is not reached by any spelling of its path without a right', async () => {
    const stranger = panel.as(await openSession(panel, await createUser(panel)));
    for (const path of [idDocument, document]) {
      for (const spell of SPELLINGS) {
        for (const client of [panel.http.unchecked, stranger.unchecked]) {
          const { status, text } = await client.get(spell(path));
          expect([spell(path), [400, 401, 403, 404].includes(status)]).toEqual([spell(path), true]);
          expect(text).not.toContain('planted-marker');
        }
      }
    }
  });

  it('is not shown to its owner where only staff may look', async () => {
    for (const spell of SPELLINGS) expect((await owner.unchecked.get(spell(idDocument))).status).not.toBe(200);
  });

  it('does not come out of another account’s folder', async () => {
    const stranger = await createUser(panel);
    const client = panel.as(await openSession(panel, stranger));
    const moved = document.replace(/user-documents\/\d+/, `user-documents/${stranger.id}`);
    expect((await client.get(moved)).status).toBe(404);
    expect((await client.get(moved.replace(String(stranger.id), 'me'))).status).toBe(404);
  });

  it('stands nowhere in the database in a readable form', async () => {
    const tables = await panel.prisma.$queryRaw<{ name: string }[]>`
      SELECT table_name::text AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
    const forms = [MARKER, Buffer.from(MARKER).toString('hex'), Buffer.from(MARKER).toString('base64').slice(0, 36)];
    const found: string[] = [];
    for (const { name } of tables) {
      const [row] = await panel.prisma.$queryRawUnsafe<{ hits: number }[]>(
        `SELECT count(*)::int AS hits FROM "${name}" AS t WHERE t::text ~ $1`,
        forms.join('|'),
      );
      if ((row?.hits ?? 0) > 0) found.push(name);
    }
    expect(tables.length).toBeGreaterThan(10);
    expect(found).toEqual([]);
  });

  it('does not open when somebody exchanged or changed it in the database', async () => {
    const reader = panel.as(await openSession(panel, await createStaff(panel, ['id-docs:read'])));
    const [name, other] = [idDocument.split('/').at(-1) ?? '', 'exchanged.pdf'];
    await panel.prisma.$executeRaw`
      UPDATE "IdDocument" SET "name" = ${other} WHERE "name" = ${name}`;
    const moved = await reader.unchecked.get(`/uploads/id-docs/${other}`);
    expect([moved.status, moved.text.includes('planted-marker')]).toEqual([500, false]);
    await panel.prisma.$executeRaw`UPDATE "IdDocument" SET "name" = ${name} WHERE "name" = ${other}`;
    expect((await reader.get(idDocument)).status).toBe(200);
  });
});

describe('a form', () => {
  const AVATAR = '/api/users/me/avatar';
  const multipart = { headers: { 'content-type': 'multipart/form-data; boundary=x' } };
  const part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n';

  it.each([
    ['ends in the middle of a file', `${part}\x89PNG`],
    ['ends in the middle of a header', '--x\r\nContent-Dispos'],
    ['has no part', 'hello'],
    [
      'has a field with an endless name',
      `--x\r\nContent-Disposition: form-data; name="${'n'.repeat(5000)}"\r\n\r\n1\r\n--x--\r\n`,
    ],
    [
      'has a hundred fields',
      `${Array.from({ length: 100 }, (_, index) => `--x\r\nContent-Disposition: form-data; name="f${index}"\r\n\r\n1\r\n`).join('')}--x--\r\n`,
    ],
    ['names a prototype', '--x\r\nContent-Disposition: form-data; name="__proto__[polluted]"\r\n\r\n1\r\n--x--\r\n'],
  ])('that %s is refused', async (_what, body) => {
    const { status } = await owner.post(AVATAR, Buffer.from(body, 'latin1'), multipart);
    expect(status).toBe(400);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('without a boundary, or of another multipart type, is refused', async () => {
    for (const type of ['multipart/form-data', 'multipart/mixed; boundary=x']) {
      const { status } = await owner.post(AVATAR, Buffer.from(part), { headers: { 'content-type': type } });
      expect(status).toBe(400);
    }
  });

  it('that stops half way leaves nothing behind and troubles nobody', async () => {
    const user = await createUser(panel);
    const { headers } = await openSession(panel, user);
    const { port, hostname } = new URL(panel.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${AVATAR} HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers['authorization']}\r\n` +
        `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n${part}`,
    );
    await until('the half was sent', () => socket.bytesWritten > 200);
    socket.destroy();
    expect((await panel.as({ headers }).get('/api/auth/session')).status).toBe(200);
    expect(await panel.prisma.avatar.count({ where: { userId: user.id } })).toBe(0);
  });

  it('is not taken from a foreign page that uses the cookie', async () => {
    const { token } = await openSession(panel, await createUser(panel));
    const headers = { cookie: `token=${token}`, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const { status } = await panel.http.post(AVATAR, formOf({ file: await png() }), { headers });
    expect(status).toBe(403);
  });
});
