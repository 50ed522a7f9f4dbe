import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { AccountDeletion } from '../../src/identity/deletion-requests/account-deletion.service.js';
import { Prisma } from '../../src/generated/prisma/client.js';
import { AccountErasure } from '../../src/common/erasure/account-erasure.js';
import {
  addMember,
  addSubuser,
  changeUser,
  createAdmin,
  createApiKey,
  createEgg,
  createNode,
  createOrganisation,
  createServer,
  createStaff,
  createUser,
  openSession,
  PASSWORD,
} from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createPersonFiles } from '../support/people-files.js';
import { turnOnTwoFactor } from '../support/two-factor.js';

interface Row {
  id: number;
  userId: number;
  status: string;
  scheduledDeletionAt: string | null;
  approvedBy: number | null;
  user: { email: string };
  waitingFor: string[];
}
interface Result {
  error?: string;
  record: Row;
  rec: Row;
}

const DAY = 86_400_000;
let panel: TestPanel;
let root: TestUser;
let staff: HttpClient;
beforeAll(async () => {
  panel = await startPanel({ env: { DELETION_REQUEST_RATE_USER: '3' } });
  root = await createAdmin(panel);
  staff = panel.as(await openSession(panel, root));
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const stored = (id: number) => panel.prisma.user.findUniqueOrThrow({ where: { id } });
const execute = () => panel.app.get(AccountDeletion).executeDue();

/** Asks, as the owner. */
async function request(user: TestUser): Promise<Row> {
  return (await (await as(user)).post<Result>('/api/deletion-requests')).body.record;
}
const decide = (id: number, status: string, by = staff) => by.put<Result>(`/api/admin/deletions/${id}`, { status });

/** An account whose deletion is approved; due when told so. */
async function approved(user: TestUser, isDue = true): Promise<Row> {
  const { id } = await request(user);
  const { body } = await decide(id, 'approved');
  if (isDue) await makeDue(id);
  return body.rec;
}
const makeDue = (id: number) =>
  panel.prisma.deletionRequest.update({ where: { id }, data: { scheduledDeletionAt: new Date(Date.now() - 1000) } });

async function cancelToken(address: string, template = 'deletion-approved'): Promise<string | null | undefined> {
  const [link] = linksIn(await mailTo(panel.prisma, address, template));
  expect(link?.pathname).toBe('/cancel-deletion');
  return link?.searchParams.get('token');
}
const cancelByLink = (token: unknown) => panel.http.post<Result>('/api/deletion-requests/cancel', { token });

describe('the owner', () => {
  it('asks once, goes on as before, and sees what became of it', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    const answer = await own.post<Result>('/api/deletion-requests');
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, record: { userId: user.id, status: 'pending', idVerified: false, approvedAt: null } },
    });
    expect(await own.post('/api/deletion-requests')).toMatchObject({
      status: 400,
      body: { error: 'Request already pending' },
    });
    expect((await own.get<Row[]>('/api/deletion-requests')).body).toEqual([answer.body.record]);
    expect((await own.get('/api/users/me')).body).toMatchObject({ deletionRequested: true, deletionApproved: false });
    expect((await (await as(await createUser(panel))).get('/api/deletion-requests')).body).toEqual([]);
  });

  it('takes it back, by himself or with the mailed link', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    const { id } = await request(user);
    const stranger = await as(await createUser(panel));
    expect((await stranger.delete(`/api/deletion-requests/${id}`)).status).toBe(404);
    expect((await own.delete<Result>(`/api/deletion-requests/${id}`)).body.record.status).toBe('cancelled');
    expect((await own.delete(`/api/deletion-requests/${id}`)).status).toBe(400);
    expect((await stored(user.id)).deletionRequested).toBe(false);

    await request(user);
    const token = await cancelToken(user.email, 'deletion-requested');
    expect((await cancelByLink(token)).status).toBe(200);
    expect((await cancelByLink(token)).status).toBe(400);
    expect(await own.get<Row[]>('/api/deletion-requests')).toMatchObject({
      body: [{ status: 'cancelled' }, { status: 'cancelled' }],
    });
  });

  it('asks at most three times a day', async () => {
    const own = await as(await createUser(panel));
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++) statuses.push((await own.post('/api/deletion-requests')).status);
    expect(statuses).toEqual([200, 400, 400, 429]);
  });

  it('does not do it with an API key', async () => {
    const key = panel.as(await createApiKey(panel, await createUser(panel), { permissions: ['*'] }));
    expect((await key.post('/api/deletion-requests')).status).toBe(403);
  });
});

describe('an approved deletion', () => {
  it('closes the account at once, for fourteen days, and tells the owner', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    const { id } = await request(user);
    const { body } = await decide(id, 'approved');
    const days = (Date.parse(body.rec.scheduledDeletionAt ?? '') - Date.now()) / DAY;
    expect(body.rec).toMatchObject({ status: 'pending_deletion', approvedBy: root.id });
    expect(Math.round(days)).toBe(14);
    expect(await own.get('/api/auth/session')).toMatchObject({
      status: 403,
      body: { error: 'Account is pending deletion and currently frozen' },
    });
    expect((await panel.http.post('/api/auth/login', { email: user.email, password: PASSWORD })).status).toBe(403);
    expect(await stored(user.id)).toMatchObject({ suspended: true, deletionRequested: true, deletionApproved: true });
    await execute();
    expect((await stored(user.id)).email).toBe(user.email);
  });

  it('is cancelled by the mailed link, and everything is as before', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    await approved(user, false);
    const token = await cancelToken(user.email);
    for (const wrong of ['f'.repeat(64), `${token}0`]) expect((await cancelByLink(wrong)).status).toBe(400);
    expect(await cancelByLink(undefined)).toMatchObject({ status: 400, body: { error: 'Missing token' } });
    expect((await cancelByLink(token)).body).toEqual({ success: true });
    expect((await own.get('/api/auth/session')).status).toBe(200);
    expect(await stored(user.id)).toMatchObject({
      suspended: false,
      deletionRequested: false,
      deletionApproved: false,
      pendingDeletionUntil: null,
    });
    expect((await cancelByLink(token)).status).toBe(400);
    await execute();
    expect((await stored(user.id)).email).toBe(user.email);
  });

  it('leaves a suspension that was there before when it is cancelled', async () => {
    const user = await createUser(panel);
    const { id } = await request(user);
    await changeUser(panel, user, { suspended: true });
    await decide(id, 'approved');
    expect((await staff.post<Result>(`/api/admin/deletions/${id}/cancel`)).body.rec.status).toBe('cancelled');
    expect(await stored(user.id)).toMatchObject({ suspended: true, pendingDeletionUntil: null });
    expect((await staff.post(`/api/admin/deletions/${id}/cancel`)).status).toBe(400);
  });

  it('can be cancelled only from the address that the account has', async () => {
    const user = await createUser(panel);
    await approved(user, false);
    const token = await cancelToken(user.email);
    await changeUser(panel, user, { email: `other-${user.email}` });
    expect((await cancelByLink(token)).status).toBe(400);
  });

  it('is told to the owner who has got his address back from a thief', async () => {
    const user = await createUser(panel);
    const thief = await as(user);
    await thief.put('/api/users/me', { email: `thief-${user.email}` });
    const { id } = (await thief.post<Result>('/api/deletion-requests')).body.record;
    await decide(id, 'approved');
    const thiefs = await cancelToken(`thief-${user.email}`);
    const [restore] = linksIn(await mailTo(panel.prisma, user.email, 'email-restore'));
    expect((await panel.http.get(`/api/auth/restore-email${restore?.search}`)).status).toBe(302);
    expect((await cancelByLink(thiefs)).status).toBe(400);
    expect((await cancelByLink(await cancelToken(user.email))).status).toBe(200);
  });
});

describe('staff', () => {
  it('decides once, and says yes or no', async () => {
    const user = await createUser(panel);
    const { id } = await request(user);
    expect(await decide(id, 'deleted')).toMatchObject({ status: 400, body: { error: 'Invalid status' } });
    const holder = await as(await createStaff(panel, ['deletions:write']));
    const rejected = await holder.put<Result>(`/api/deletion-requests/${id}`, { status: 'rejected' });
    expect(rejected).toMatchObject({ status: 200, body: { success: true, rec: { status: 'rejected' } } });
    expect((await decide(id, 'approved')).status).toBe(400);
    expect((await stored(user.id)).deletionRequested).toBe(false);
    expect((await mailTo(panel.prisma, user.email, 'deletion-rejected')).subject).toContain('not be deleted');
    expect((await cancelByLink(await cancelToken(user.email, 'deletion-requested'))).status).toBe(400);
    expect(await decide(999_999, 'approved')).toMatchObject({ status: 404, body: { error: 'Not found' } });
  });

  it('sees the requests, newest first, by status and in pages', async () => {
    const user = await createUser(panel);
    const { id } = await request(user);
    const list = async (query: string) => (await staff.get<Row[]>(`/api/admin/deletions${query}`)).body;
    const [newest] = await list('?limit=1');
    expect(newest).toMatchObject({ id, user: { firstName: 'Robin', email: user.email }, waitingFor: [] });
    expect((await list('?limit=1&offset=1')).map((row) => row.id)).not.toContain(id);
    expect((await list('?status=pending')).map((row) => row.id)).toContain(id);
    expect((await list('?status=rejected')).map((row) => row.id)).not.toContain(id);
    expect((await staff.get('/api/admin/deletions?status=gone')).status).toBe(400);
  });

  it('leaves accounts alone that hold more, and the last rootAdmin stays', async () => {
    const holder = await as(await createStaff(panel, ['deletions:write', 'admin:access']));
    const { id } = await request(await createAdmin(panel));
    expect((await decide(id, 'approved', holder)).status).toBe(403);
    const own = await request(root);
    await panel.prisma.user.updateMany({ where: { id: { not: root.id }, role: 'rootAdmin' }, data: { role: null } });
    expect((await decide(own.id, 'approved')).status).toBe(409);
    expect((await stored(root.id)).suspended).toBe(false);
    await staff.delete(`/api/deletion-requests/${own.id}`);
  });

  it('need not wait, once it is approved', async () => {
    const user = await createUser(panel);
    const { id } = await request(user);
    const expedite = () => staff.post<Result>(`/api/admin/deletions/${id}/expedite`);
    expect((await expedite()).status).toBe(400);
    await decide(id, 'approved');
    expect((await expedite()).body.rec).toMatchObject({ status: 'deleted' });
    expect((await expedite()).status).toBe(400);
    expect((await stored(user.id)).deletedAt).not.toBeNull();
  });
});

describe('a deleted account', () => {
  it('is nobody any more: no name, no key, no session, no way in', async () => {
    const user = await createUser(panel, {
      phone: '123',
      address: 'Here 1',
      billingCity: 'Paris',
      dateOfBirth: new Date('1990-01-01'),
      settings: { theme: 'x' },
      limits: { memory: 1 },
    });
    const [session, key] = [await openSession(panel, user), await createApiKey(panel, user, { permissions: ['*'] })];
    await panel.prisma.sshKey.create({ data: { userId: user.id, name: 'a', publicKey: 'x', fingerprint: 'y' } });
    await (await as(user)).put('/api/users/me', { phone: '456' });
    expect((await panel.as(key).get('/api/auth/session')).status).toBe(200);
    await approved(user);
    const restoreOrCancel = await cancelToken(user.email);
    await execute();

    const row = await stored(user.id);
    expect(row).toMatchObject({
      uuid: user.uuid,
      firstName: 'Deleted',
      lastName: `User ${user.id}`,
      displayName: 'Deleted User',
      email: expect.stringMatching(new RegExp(`^deleted\\+${user.id}\\+\\d+@deleted\\.local$`)),
      suspended: true,
      deletionApproved: true,
      pendingDeletionUntil: null,
      deletedAt: expect.any(Date),
      settings: {},
    });
    for (const field of ['phone', 'address', 'billingCity', 'dateOfBirth', 'limits', 'role', 'avatarUrl'] as const)
      expect([field, row[field]]).toEqual([field, null]);
    const where = { userId: user.id };
    const { session: sessions, apiKey, sshKey, userRole, emailToken } = panel.prisma;
    expect([
      await sessions.count({ where }),
      await apiKey.count({ where }),
      await sshKey.count({ where }),
      await userRole.count({ where }),
      await emailToken.count({ where }),
    ]).toEqual([0, 0, 0, 0, 0]);
    expect((await panel.as(session).get('/api/auth/session')).status).toBe(401);
    expect((await panel.as(key).get('/api/auth/session')).status).toBe(401);
    expect((await panel.http.post('/api/auth/login', { email: user.email, password: PASSWORD })).status).toBe(401);
    expect((await panel.http.post('/api/auth/login', { email: row.email, password: PASSWORD })).status).toBe(401);
    expect((await cancelByLink(restoreOrCancel)).status).toBe(400);
  });

  it('leaves nothing anywhere that belongs to the account', async () => {
    const user = await createUser(panel);
    await turnOnTwoFactor(panel, user);
    const bytes = new Uint8Array(Buffer.from(user.uuid));
    const { id: userId } = user;
    const { prisma } = panel;
    await createPersonFiles(panel, user);
    await prisma.passkey.create({ data: { userId, name: 'phone', credentialId: bytes, publicKey: bytes } });
    await prisma.externalIdentity.create({ data: { userId, issuer: 'https://a.example', subject: user.uuid } });
    await prisma.notification.create({ data: { userId, title: 'Hello', body: 'A message' } });
    await prisma.exportJob.create({ data: { userId } });
    await prisma.feedback.create({ data: { userId, rating: 5 } });
    await prisma.webhook.create({ data: { userId, url: 'https://a.example', secretSealed: '', events: ['*'] } });
    await addMember(panel, await createOrganisation(panel, await createUser(panel)), user);
    await approved(user);
    await execute();

    // Every column that refers to accounts: a new table whose area forgets to register its part is found here.
    const columns = await prisma.$queryRaw<{ table: string; column: string }[]>`
      SELECT c.conrelid::regclass::text AS "table", quote_ident(a.attname) AS "column"
      FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
      WHERE c.contype = 'f' AND c.confrelid = '"User"'::regclass`;
    const left: string[] = [];
    for (const { table, column } of columns) {
      const [row] = await prisma.$queryRaw<{ count: number }[]>`
        SELECT count(*)::int AS "count" FROM ${Prisma.raw(table)} WHERE ${Prisma.raw(column)} = ${userId}`;
      if (row?.count !== 0) left.push(`${table}.${column}`);
    }
    expect(columns.length).toBeGreaterThan(20);
    expect(left).toEqual(['"DeletionRequest"."userId"']);
  });

  it('leaves a retained name for a year, one last mail, and a log without the person', async () => {
    const user = await createUser(panel, { firstName: 'Ada' });
    await (await as(user)).put('/api/users/me', { phone: '456' });
    const { id } = await approved(user);
    await execute();
    const kept = await panel.prisma.deletedUserRetention.findUniqueOrThrow({ where: { userId: user.id } });
    expect(kept).toMatchObject({
      firstName: 'Ada',
      email: user.email,
      deletionRequestId: id,
      hasBillingHistory: false,
    });
    expect(Math.round((kept.retainUntil.getTime() - kept.deletedAt.getTime()) / DAY)).toBeGreaterThanOrEqual(365);
    const mails = await panel.prisma.outboundMail.findMany({ where: { toAddress: user.email } });
    expect(mails.map(({ template }) => template)).toEqual(['deletion-deleted']);
    const about = { OR: [{ userId: user.id }, { targetType: 'user', targetId: String(user.id) }] };
    const entries = await panel.prisma.activityEntry.findMany({ where: about });
    expect(entries.length).toBeGreaterThan(2);
    expect(entries.filter((entry) => entry.userId === user.id && entry.ipAddress !== null)).toEqual([]);
    expect(JSON.stringify(entries.map(({ metadata }) => metadata))).not.toContain('456');
  });

  it('is not brought back by staff', async () => {
    const user = await createUser(panel);
    await approved(user);
    await execute();
    expect(await staff.put(`/api/users/${user.id}`, { suspended: false })).toMatchObject({
      status: 409,
      body: { error: 'This account was deleted' },
    });
    expect((await stored(user.id)).suspended).toBe(true);
  });

  it('leaves its address to somebody else', async () => {
    const user = await createUser(panel);
    await approved(user);
    await execute();
    const body = { email: user.email, password: PASSWORD, firstName: 'New', lastName: 'Owner' };
    expect((await panel.http.post('/api/users/register', body)).status).toBe(200);
  });

  it('takes along what each area registered, and nothing when one fails', async () => {
    const erasure = panel.app.get(AccountErasure);
    const [good, bad] = [await createUser(panel), await createUser(panel)];
    const erased: number[] = [];
    erasure.register('test', async (tx, userId, afterCommit) => {
      await tx.session.count({ where: { userId } });
      if (userId === bad.id) throw new Error('this area fails');
      afterCommit(() => erased.push(userId));
    });
    const [first, second] = [await approved(bad), await approved(good)];
    await execute();
    erasure.register('test', () => Promise.resolve());
    expect(erased).toEqual([good.id]);
    expect((await stored(bad.id)).email).toBe(bad.email);
    const statuses = await panel.prisma.deletionRequest.findMany({
      where: { id: { in: [first.id, second.id] } },
      orderBy: { id: 'asc' },
      select: { status: true },
    });
    expect(statuses.map(({ status }) => status)).toEqual(['pending_deletion', 'deleted']);
  });
});

describe('an account that owns servers', () => {
  it('waits until it owns none, and staff sees why', async () => {
    const user = await createUser(panel);
    const parts = { owner: user, node: await createNode(panel), egg: await createEgg(panel) };
    const { uuid } = await createServer(panel, parts);
    const { id } = await approved(user);
    await execute();
    expect((await stored(user.id)).email).toBe(user.email);
    const [row] = (await staff.get<Row[]>('/api/admin/deletions?status=pending_deletion&limit=1')).body;
    expect(row).toMatchObject({ id, waitingFor: ['owns 1 server'] });
    expect(await staff.post(`/api/admin/deletions/${id}/expedite`)).toMatchObject({
      status: 409,
      body: { error: 'The account cannot be deleted yet: owns 1 server' },
    });
    await panel.prisma.server.delete({ where: { uuid } });
    await execute();
    expect((await stored(user.id)).deletedAt).not.toBeNull();
  });

  it('takes them along where the panel is set so, but no evidence', async () => {
    const settings = panel.app.get(PanelSettings);
    await settings.update({ deleteServersWithAccount: true });
    const [user, friend] = [await createUser(panel), await createUser(panel)];
    const [node, egg] = [await createNode(panel), await createEgg(panel)];
    const own = await createServer(panel, { owner: user, node, egg });
    const claimed = await createServer(panel, { owner: user, node, egg }, { dmca: true });
    const foreign = await createServer(panel, { owner: friend, node, egg });
    await addSubuser(panel, own, friend, ['console']);
    await addSubuser(panel, foreign, user, ['console']);
    const friendly = await as(friend);
    expect((await friendly.get(`/api/servers/${own.uuid}`)).status).toBe(200);
    await approved(user);
    await execute();
    expect(await panel.prisma.server.count({ where: { ownerId: user.id } })).toBe(2);
    await panel.prisma.server.update({ where: { uuid: claimed.uuid }, data: { dmca: false } });
    await execute();
    await settings.update({ deleteServersWithAccount: false });
    expect(await panel.prisma.server.count({ where: { ownerId: user.id } })).toBe(0);
    expect((await friendly.get(`/api/servers/${own.uuid}`)).status).toBe(404);
    const noted = await panel.prisma.nodeServerDeletion.findMany({ where: { nodeId: node.id } });
    expect(noted.map(({ serverUuid }) => serverUuid).sort()).toEqual([own.uuid, claimed.uuid].sort());
    expect(await panel.prisma.serverSubuser.count({ where: { userId: user.id } })).toBe(0);
    expect(await panel.prisma.server.count({ where: { uuid: foreign.uuid } })).toBe(1);
  });
});

it('is looked for every hour', async () => {
  const { rows } = await panel.database.executeSql(
    `SELECT cron FROM pgboss.schedule WHERE name = 'identity.account_deletions'`,
  );
  expect(rows).toEqual([{ cron: '17 * * * *' }]);
});
