import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountErasure } from '../../src/common/erasure/account-erasure.js';
import { createAdmin, createApiKey, createStaff, createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { formOf } from '../support/forms.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { png } from '../support/pictures.js';

interface UserDocument {
  id: string;
  name: string;
  description: string | null;
  filename: string;
  url: string;
}
interface Body {
  success: boolean;
  document: UserDocument;
  documents: { admin: UserDocument[]; agreed: unknown[] };
  error?: string;
  code?: string;
}

const PDF = Buffer.from('%PDF-1.7\nplanted-marker-of-a-contract\n%%EOF');
let panel: TestPanel;
let staff: HttpClient;
beforeAll(async () => {
  panel = await startPanel();
  staff = await as(await createStaff(panel, ['admin:access', 'admin:users:documents']));
});
afterAll(() => panel.close());

const as = async (user: Pick<TestUser, 'id'>): Promise<HttpClient> => panel.as(await openSession(panel, user));
const upload = (user: Pick<TestUser, 'id'>, fields: Record<string, Uint8Array | string>) =>
  staff.post<Body>(
    `/api/admin/users/${user.id}/documents`,
    formOf(fields, { filename: '../x.html', type: 'text/html' }),
  );
const pathOf = ({ url }: UserDocument): string => new URL(url).pathname;

describe('a document that staff uploads', () => {
  it('is listed for staff and shown to its owner', async () => {
    const user = await createUser(panel, { settings: { theme: 'dark', documents: { agreed: [{ name: 'Terms' }] } } });
    const { status, body } = await upload(user, { file: PDF, name: 'Contract / 2026', description: 'Signed' });
    expect([status, body.success]).toEqual([200, true]);
    expect(body.document).toMatchObject({ name: 'Contract / 2026', description: 'Signed' });
    expect(body.document.filename).toMatch(/^document_\d+_Contract_2026_[0-9a-f]{8}\.pdf$/);
    const list = await staff.get<Body>(`/api/admin/users/${user.id}/documents`);
    expect(list.body.documents).toEqual({ admin: [body.document], agreed: [{ name: 'Terms' }] });
    const session = await (await as(user)).get<{ user: { settings: object } }>('/api/auth/session');
    expect(session.body.user.settings).toEqual({ theme: 'dark', documents: list.body.documents });
  });

  it('is opened by its owner, by staff and by admin keys; looks of staff are logged', async () => {
    const user = await createUser(panel);
    const { body } = await upload(user, { file: PDF });
    const path = pathOf(body.document);
    const owner = await openSession(panel, user);
    const bytes = await fetch(`${panel.url}${path}`, { headers: owner.headers });
    expect(Buffer.from(await bytes.arrayBuffer()).equals(PDF)).toBe(true);
    const { headers } = await panel.as(owner).get(path);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'cache-control': 'private, max-age=300',
      'content-disposition': `attachment; filename="${body.document.filename}"`,
    });
    const admin = panel.as(await createApiKey(panel, await createAdmin(panel), { type: 'admin' }));
    const stranger = await as(await createUser(panel));
    const answers = await Promise.all([panel.http, stranger, staff, admin].map((caller) => caller.get(path)));
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 200, 200]);
    const looks = { action: 'user-document:open', targetId: String(user.id) };
    expect(await panel.prisma.activityEntry.count({ where: looks })).toBe(2);
  });

  it('is gone everywhere when it is deleted', async () => {
    const user = await createUser(panel);
    const { body } = await upload(user, { file: PDF });
    const path = `/api/admin/users/${user.id}/documents`;
    const other = await createUser(panel);
    expect((await staff.delete(`/api/admin/users/${other.id}/documents/${body.document.id}`)).status).toBe(404);
    expect((await staff.delete(`${path}/${body.document.id}`)).status).toBe(200);
    expect((await staff.delete(`${path}/${body.document.id}`)).status).toBe(404);
    expect((await staff.delete(`${path}/nothing`)).status).toBe(404);
    expect((await staff.get<Body>(path)).body.documents.admin).toEqual([]);
    expect((await (await as(user)).get(pathOf(body.document))).status).toBe(404);
  });

  it('must be a PDF for an account that exists', async () => {
    const user = await createUser(panel);
    const picture = await upload(user, { file: await png() });
    expect([picture.status, picture.body.error]).toEqual([400, 'The file must be a PDF']);
    const nothing = await upload(user, { name: 'Contract' });
    expect([nothing.status, nothing.body.error]).toEqual([400, 'No file']);
    expect((await upload({ id: 999_999 }, { file: PDF })).status).toBe(404);
    expect((await upload(user, { file: PDF, name: 'x'.repeat(129) })).status).toBe(400);
    expect((await staff.get('/api/admin/users/999999/documents')).status).toBe(404);
  });

  it('is called Document when nobody gave it a name, and an odd name makes no odd address', async () => {
    const user = await createUser(panel);
    expect((await upload(user, { file: PDF, name: ' ' })).body.document.name).toBe('Document');
    const { document } = (await upload(user, { file: PDF, name: '../../"\r\nX: y; договор.svg' })).body;
    expect(document.filename).toMatch(/^[\w.]+$/);
    expect((await (await as(user)).get(pathOf(document))).status).toBe(200);
  });
});

describe('the erasure of an account', () => {
  it('leaves none of its files, and all of those of others', async () => {
    const [user, other] = [await createUser(panel), await createUser(panel)];
    for (const person of [user, other]) {
      const client = await as(person);
      await client.post('/api/users/me/avatar', formOf({ file: await png() }));
      await client.post('/api/id-verification', formOf({ idDocument: PDF, selfie: await png() }));
      await upload(person, { file: PDF });
    }
    await panel.prisma.user.update({ where: { id: user.id }, data: { idVerified: true } });
    await panel.prisma.$transaction((tx) => panel.app.get(AccountErasure).erase(tx, user.id));
    const filesOf = async ({ id }: TestUser) =>
      panel.prisma.user.findUniqueOrThrow({
        where: { id },
        select: {
          avatarUrl: true,
          idVerified: true,
          settings: true,
          _count: { select: { idVerifications: true, documents: true } },
          avatar: { select: { version: true } },
        },
      });
    expect(await filesOf(user)).toEqual({
      avatarUrl: null,
      idVerified: false,
      settings: {},
      _count: { idVerifications: 0, documents: 0 },
      avatar: null,
    });
    expect(await panel.prisma.idDocument.count({ where: { name: { startsWith: `${user.id}-` } } })).toBe(0);
    expect(await filesOf(other)).toMatchObject({
      avatarUrl: expect.any(String),
      _count: { idVerifications: 1, documents: 1 },
    });
  });
});
