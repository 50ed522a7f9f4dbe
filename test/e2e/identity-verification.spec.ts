import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { IdDocumentRetention } from '../../src/identity/id-verification/id-document-retention.js';
import { createAdmin, createApiKey, createStaff, createUser, openSession, unique } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { formOf } from '../support/forms.js';
import type { HttpClient } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { png } from '../support/pictures.js';

interface Verification {
  id: number;
  userId: number;
  status: string;
  verifiedAt: string | null;
  idDocumentUrl: string | null;
  selfieUrl: string | null;
}
interface Listed extends Verification {
  user: { email: string };
}
interface Body {
  success: boolean;
  record: Verification;
  rec: Verification;
  error?: string;
  code?: string;
}

const MARKER = 'planted-marker-of-a-passport';
const PDF = Buffer.from(`%PDF-1.7\n${MARKER}\n%%EOF`);
const REVIEW = ['admin:access', 'admin:kyc:view', 'admin:kyc:manage', 'id-docs:read', 'idverification:*'];
let panel: TestPanel;
let selfie: Buffer;
let reviewer: HttpClient;
beforeAll(async () => {
  panel = await startPanel();
  selfie = await png();
  reviewer = panel.as(await openSession(panel, await createStaff(panel, REVIEW)));
});
afterAll(() => panel.close());

const as = async (user: Pick<TestUser, 'id'>): Promise<HttpClient> => panel.as(await openSession(panel, user));
const submit = (client: HttpClient, files: Record<string, Uint8Array> = { idDocument: PDF, selfie }) =>
  client.post<Body>('/api/id-verification', formOf(files, { filename: '../../etc/passwd.exe', type: 'text/html' }));
const decide = (id: number, status: string) => reviewer.put<Body>(`/api/admin/verifications/${id}`, { status });

/** Somebody whose documents wait. */
async function waiting(values: Parameters<typeof createUser>[1] = {}) {
  const user = await createUser(panel, values);
  const client = await as(user);
  const { body } = await submit(client);
  return { user, client, id: body.record.id };
}

const isVerified = async (client: HttpClient): Promise<boolean> =>
  (await client.get<{ user: { idVerified: boolean } }>('/api/auth/session')).body.user.idVerified;

describe('sending documents', () => {
  it('makes one record that waits, and tells no addresses', async () => {
    const user = await createUser(panel);
    const client = await as(user);
    expect((await client.get('/api/id-verification/me')).status).toBe(404);
    const { status, body } = await submit(client);
    expect(status).toBe(200);
    expect(body.record).toMatchObject({ userId: user.id, status: 'pending', idDocumentUrl: null, selfieUrl: null });
    const latest = await client.get<Verification>(`/api/id-verification/${user.id}`);
    expect(latest.body).toMatchObject({ id: body.record.id, status: 'pending', idDocumentUrl: null });
  });

  it('is possible once at a time, and again after a refusal', async () => {
    const { client, id } = await waiting();
    const second = await submit(client);
    expect([second.status, second.body.code]).toEqual([400, 'id_verification.pending']);
    await decide(id, 'failed');
    expect((await submit(client)).status).toBe(200);
  });

  it('is over once one is verified', async () => {
    const { client, id } = await waiting();
    await decide(id, 'verified');
    expect((await submit(client)).body.code).toBe('id_verification.already_verified');
  });

  it.each<[string, Record<string, Uint8Array>, string]>([
    ['no selfie', { idDocument: PDF }, 'Both ID Document and selfie files are required'],
    ['nothing', {}, 'Both ID Document and selfie files are required'],
    ['an empty document', { idDocument: Buffer.alloc(0), selfie: PDF }, 'idDocument must not be empty'],
    ['a PDF as selfie', { idDocument: PDF, selfie: PDF }, 'selfie must be a JPEG, PNG or WebP file'],
    [
      'HTML as document',
      { idDocument: Buffer.from('<html>'), selfie: PDF },
      'idDocument must be a JPEG, PNG, WebP or PDF file',
    ],
  ])('is refused with %s', async (_what, files, error) => {
    const user = await createUser(panel);
    const answer = await submit(await as(user), files);
    expect([answer.status, answer.body.error]).toEqual([400, error]);
    expect(await panel.prisma.idVerification.count({ where: { userId: user.id } })).toBe(0);
  });

  it('is refused beyond 10 MiB', async () => {
    const large = Buffer.concat([selfie, Buffer.alloc(10 * 1_048_576)]);
    expect((await submit(await as(await createUser(panel)), { idDocument: PDF, selfie: large })).status).toBe(413);
  });

  it('takes a document of 10 MiB and gives it back unchanged', async () => {
    const large = Buffer.concat([PDF, Buffer.alloc(10 * 1_048_576 - PDF.byteLength, 'x')]);
    const { body } = await submit(await as(await createUser(panel)), { idDocument: large, selfie });
    const { body: record } = await reviewer.get<Verification>(`/api/id-verification/${body.record.userId}`);
    const opened = await openAt(record.idDocumentUrl);
    expect(opened.content.equals(large)).toBe(true);
  });

  it('is not for countries that an admin left out', async () => {
    const client = await as(await createUser(panel, { billingCountry: 'XK' }));
    await panel.app.get(PanelSettings).update({ geoBlockCountries: 'xk:1' });
    const { status, body } = await submit(client);
    expect([status, body.code]).toEqual([403, 'id_verification.country_blocked']);
    await panel.app.get(PanelSettings).update({ geoBlockCountries: '' });
    expect((await submit(client)).status).toBe(200);
  });

  it('is for people, not for keys', async () => {
    const user = await createUser(panel);
    const key = panel.as(await createApiKey(panel, user, { permissions: ['*'] }));
    expect((await submit(key)).status).toBe(403);
    expect((await key.get('/api/id-verification/me')).status).toBe(403);
  });

  it('is possible three times a day', async () => {
    const strict = await startPanel({ env: { KYC_RATE_USER: '3' } });
    try {
      const client = strict.as(await openSession(strict, await createUser(strict)));
      const statuses: number[] = [];
      for (let index = 0; index < 4; index++) {
        statuses.push((await client.post('/api/id-verification', formOf({ selfie }))).status);
      }
      expect(statuses).toEqual([400, 400, 400, 429]);
    } finally {
      await strict.close();
    }
  });
});

/** What a reviewer gets at the address of a document. */
async function openAt(url: string | null, client: HttpClient = reviewer) {
  const path = new URL(url ?? '').pathname;
  const checked = await client.get(path);
  const { headers } = await openSessionOfReviewer();
  const raw = await fetch(`${panel.url}${path}`, { headers });
  return { ...checked, content: Buffer.from(await raw.arrayBuffer()), path };
}
const openSessionOfReviewer = async () => openSession(panel, await createStaff(panel, ['id-docs:read']));

describe('a look at a document', () => {
  it('shows what was sent, saves nothing anywhere, and is logged', async () => {
    const { user } = await waiting();
    const { body } = await reviewer.get<Verification>(`/api/id-verification/${user.id}`);
    const passport = await openAt(body.idDocumentUrl);
    expect(passport.content.equals(PDF)).toBe(true);
    expect(passport.headers).toMatchObject({
      'content-type': 'application/pdf',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(passport.headers['content-disposition']).toMatch(/^attachment; filename="[\w.-]+\.pdf"$/);
    expect(passport.headers['content-security-policy']).toMatch(/^sandbox/);
    const face = await openAt(body.selfieUrl);
    expect([face.headers['content-type'], face.content.equals(selfie)]).toEqual(['image/png', true]);
    expect(face.headers['content-disposition']).toMatch(/^inline/);
    const looks = await panel.prisma.activityEntry.findMany({
      where: { action: 'id-document:open', targetId: String(user.id) },
    });
    expect(looks).toHaveLength(4);
    expect(looks[0]?.metadata).toMatchObject({ file: passport.path.split('/').at(-1) });
  });

  it('is for id-docs:read and admin keys alone', async () => {
    const { user, client } = await waiting();
    const { body } = await reviewer.get<Verification>(`/api/id-verification/${user.id}`);
    const path = new URL(body.selfieUrl ?? '').pathname;
    const admin = panel.as(await createApiKey(panel, await createAdmin(panel), { type: 'admin' }));
    const staff = await as(await createStaff(panel, ['admin:access', 'admin:kyc:view', 'idverification:read']));
    const answers = await Promise.all([panel.http, client, staff, admin].map((caller) => caller.get(path)));
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 403, 200]);
  });
});

describe('a decision', () => {
  it('verifies record and account at once, and tells the person', async () => {
    const { user, client, id } = await waiting({ settings: { locale: 'ru' } });
    const { status, body } = await decide(id, 'verified');
    expect([status, body.rec.status]).toEqual([200, 'verified']);
    expect(body.rec.verifiedAt).not.toBeNull();
    expect(await isVerified(client)).toBe(true);
    const mail = await mailTo(panel.prisma, user.email, 'verification');
    expect(mail.text).toMatch(/личность подтверждена/i);
    expect(linksIn(mail)[0]?.pathname).toBe('/dashboard/identity');
    const entry = { action: 'id-verification:set', targetId: String(id) };
    expect(await panel.prisma.activityEntry.count({ where: entry })).toBe(1);
  });

  it('that is repeated changes nothing and sends no second mail', async () => {
    const { user, id } = await waiting();
    for (const _again of [1, 2]) expect((await decide(id, 'failed')).status).toBe(200);
    expect(await panel.prisma.outboundMail.count({ where: { toAddress: user.email } })).toBe(1);
  });

  it('can be taken back: the account follows its records', async () => {
    const { client, id } = await waiting();
    await decide(id, 'verified');
    const again = await reviewer.put<Body>(`/api/id-verification/${id}`, { status: 'pending' });
    expect(again.body.rec).toMatchObject({ status: 'pending', verifiedAt: null });
    expect(await isVerified(client)).toBe(false);
    await decide(id, 'verified');
    expect((await reviewer.delete(`/api/id-verification/${id}`)).status).toBe(200);
    expect(await isVerified(client)).toBe(false);
    expect(await panel.prisma.idDocument.count({ where: { verificationId: id } })).toBe(0);
  });

  it('cannot put two records of an account on the waiting list', async () => {
    const { client, id } = await waiting();
    await decide(id, 'failed');
    await submit(client);
    const { status, body } = await reviewer.put<Body>(`/api/id-verification/${id}`, { status: 'pending' });
    expect([status, body.code]).toEqual([409, 'id_verification.pending']);
  });

  it('is refused for another status, an unknown record and oneself', async () => {
    const { id } = await waiting();
    expect((await decide(id, 'pending')).body.error).toBe('Invalid status');
    expect((await reviewer.put<Body>(`/api/id-verification/${id}`, { status: 'x' })).body.error).toBe('Invalid status');
    expect((await decide(999_999, 'verified')).status).toBe(404);
    const staff = await as(await createStaff(panel, REVIEW));
    const own = await submit(staff);
    const answer = await staff.put<Body>(`/api/admin/verifications/${own.body.record.id}`, { status: 'verified' });
    expect([answer.status, answer.body.code]).toEqual([403, 'id_verification.own']);
  });

  it('without documents is a refusal: the person can send others', async () => {
    const { client, id } = await waiting();
    const { body } = await reviewer.delete<Body>(`/api/admin/verifications/${id}`);
    expect(body.rec).toMatchObject({ id, status: 'failed', idDocumentUrl: null, selfieUrl: null });
    expect((await submit(client)).status).toBe(200);
  });

  it('locks the date of birth for the person, not for staff', async () => {
    const { user, client, id } = await waiting({ dateOfBirth: new Date('1990-05-17') });
    const change = (caller: HttpClient, dateOfBirth: string) =>
      caller.put<Body>(`/api/users/${user.id}`, { dateOfBirth });
    expect((await change(client, '1990-05-18')).status).toBe(200);
    await decide(id, 'verified');
    const locked = await change(client, '1970-01-01');
    expect([locked.status, locked.body.error]).toEqual([403, 'date_of_birth_locked']);
    expect((await change(client, '1990-05-18')).status).toBe(200);
    expect((await change(await as(await createAdmin(panel)), '1990-05-19')).status).toBe(200);
  });
});

describe('the list for staff', () => {
  it('is filtered, searched and paged, newest first', async () => {
    const lastName = `Family${unique()}`;
    const people = [await waiting({ lastName }), await waiting({ lastName }), await waiting({ lastName })];
    const ids = people.map(({ id }) => id);
    await decide(ids[1]!, 'failed');
    const list = async (query: string): Promise<number[]> => {
      const { body } = await reviewer.get<Listed[]>(`/api/admin/verifications?q=${lastName.toUpperCase()}${query}`);
      return body.map(({ id }) => id);
    };
    expect(await list('')).toEqual(ids.toReversed());
    expect(await list('&status=pending')).toEqual([ids[2], ids[0]]);
    expect(await list('&per=2&page=2')).toEqual([ids[0]]);
    const byNumber = await reviewer.get<Listed[]>(`/api/admin/verifications?q=${people[0]?.user.id}`);
    expect(byNumber.body.map(({ id }) => id)).toContain(ids[0]);
    expect(byNumber.body.find(({ id }) => id === ids[0])?.user.email).toBe(people[0]?.user.email);
    expect((await reviewer.get('/api/admin/verifications?per=201')).status).toBe(400);
    expect((await reviewer.get('/api/admin/verifications?status=x')).status).toBe(400);
  });

  it('tells addresses of documents only to who may open them', async () => {
    const { user } = await waiting();
    const path = `/api/admin/verifications?q=${user.email}`;
    const [mine] = (await reviewer.get<Listed[]>(path)).body;
    expect(mine?.idDocumentUrl).toContain('/uploads/id-docs/');
    const clerk = await as(await createStaff(panel, ['admin:access', 'admin:kyc:view']));
    const [theirs] = (await clerk.get<Listed[]>(path)).body;
    expect([theirs?.idDocumentUrl, theirs?.selfieUrl]).toEqual([null, null]);
  });
});

describe('documents of a decided verification', () => {
  it('are removed after some days; those that wait and the records stay', async () => {
    const [old, fresh, open] = [await waiting(), await waiting(), await waiting()];
    await decide(old.id, 'failed');
    await decide(fresh.id, 'verified');
    const longAgo = new Date(Date.now() - 31 * 86_400_000);
    const ids = [old.id, open.id];
    await panel.prisma.idVerification.updateMany({ where: { id: { in: ids } }, data: { createdAt: longAgo } });
    await panel.prisma.idVerification.update({ where: { id: old.id }, data: { decidedAt: longAgo } });
    const documents = (id: number) => panel.prisma.idDocument.count({ where: { verificationId: id } });
    const settings = panel.app.get(PanelSettings);
    await settings.update({ idDocumentRetentionDays: 0 });
    await panel.app.get(IdDocumentRetention).purge();
    expect(await documents(old.id)).toBe(2);
    await settings.update({ idDocumentRetentionDays: 30 });
    await panel.app.get(IdDocumentRetention).purge();
    expect([await documents(old.id), await documents(fresh.id), await documents(open.id)]).toEqual([0, 2, 2]);
    expect(await panel.prisma.idVerification.count({ where: { id: old.id } })).toBe(1);
  });
});
