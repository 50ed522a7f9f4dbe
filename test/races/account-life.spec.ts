import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AccountDeletion } from '../../src/identity/deletion-requests/account-deletion.service.js';
import { createAdmin, createUser, openSession, unique } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const PARALLEL = 50;
let panel: TestPanel;
let staff: HttpClient;
beforeAll(async () => {
  panel = await startPanel();
  staff = panel.as(await openSession(panel, await createAdmin(panel)));
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const times = <Value>(work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => work(index)));
const count = (answers: readonly { status: number }[], wanted: number): number =>
  answers.filter(({ status }) => status === wanted).length;
const stored = (id: number) => panel.prisma.user.findUniqueOrThrow({ where: { id } });
const approve = async (user: TestUser): Promise<number> => {
  const answer = await (await as(user)).post<{ record: { id: number } }>('/api/deletion-requests');
  const { id } = answer.body.record;
  await staff.put(`/api/admin/deletions/${id}`, { status: 'approved' });
  return id;
};

it('of fifty accounts that want one address one gets it', async () => {
  const clients = await times(async () => as(await createUser(panel)));
  const email = `${unique()}@example.test`;
  const answers = await times(
    (index) => clients[index]?.put('/api/users/me', { email }) ?? Promise.reject(new Error()),
  );
  expect([count(answers, 200), count(answers, 409)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.user.count({ where: { email } })).toBe(1);
  expect(await panel.prisma.outboundMail.count({ where: { toAddress: email, template: 'verify-email' } })).toBe(1);
  expect(await panel.prisma.outboundMail.count({ where: { template: 'email-restore' } })).toBe(1);
});

it('a restored address is not changed again by somebody who is on the way', async () => {
  const user = await createUser(panel);
  const thief = await as(user);
  await thief.put('/api/users/me', { email: `${unique()}@example.test` });
  const [link] = linksIn(await mailTo(panel.prisma, user.email, 'email-restore'));
  const restore = (): Promise<{ status: number }> => panel.http.get(`/api/auth/restore-email${link?.search}`);
  const [restored, ...changes] = await Promise.all([
    restore(),
    ...[1, 2, 3].map(() => thief.put('/api/users/me', { email: `${unique()}@example.test` })),
  ]);
  expect(restored.status).toBe(302);
  // A change that came first is undone, one that came later is refused.
  expect(changes.filter(({ status }) => ![200, 401, 409].includes(status))).toEqual([]);
  expect(await stored(user.id)).toMatchObject({ email: user.email, emailVerified: true });
  expect(await panel.prisma.session.count({ where: { userId: user.id } })).toBe(0);
});

it('a link to the old address used fifty times at once works once', async () => {
  const user = await createUser(panel);
  await (await as(user)).put('/api/users/me', { email: `${unique()}@example.test` });
  const [link] = linksIn(await mailTo(panel.prisma, user.email, 'email-restore'));
  const answers = await times(() => panel.http.get(`/api/auth/restore-email${link?.search}`));
  expect([count(answers, 302), count(answers, 400)]).toEqual([1, PARALLEL - 1]);
});

it('fifty wishes at once are one request', async () => {
  const user = await createUser(panel);
  const own = await as(user);
  const answers = await times(() => own.post('/api/deletion-requests'));
  expect([count(answers, 200), count(answers, 400)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.deletionRequest.count({ where: { userId: user.id } })).toBe(1);
});

it('a request is decided once, whoever says what', async () => {
  const user = await createUser(panel);
  const { body } = await (await as(user)).post<{ record: { id: number } }>('/api/deletion-requests');
  const answers = await times((index) =>
    staff.put(`/api/admin/deletions/${body.record.id}`, { status: index % 2 === 0 ? 'approved' : 'rejected' }),
  );
  expect([count(answers, 200), count(answers, 400)]).toEqual([1, PARALLEL - 1]);
  const mails = await panel.prisma.outboundMail.count({
    where: { userId: user.id, template: { in: ['deletion-approved', 'deletion-rejected'] } },
  });
  expect(mails).toBe(1);
});

it('an account is deleted once, or kept, never both', async () => {
  const user = await createUser(panel);
  const id = await approve(user);
  const [link] = linksIn(await mailTo(panel.prisma, user.email, 'deletion-approved'));
  const cancel = () =>
    panel.http
      .post('/api/deletion-requests/cancel', { token: link?.searchParams.get('token') })
      .then(({ status }) => status);
  const expedite = () => staff.post(`/api/admin/deletions/${id}/expedite`).then(({ status }) => status);
  const outcomes = await times((index) => (index % 2 === 0 ? cancel() : expedite()));
  expect(outcomes.filter((status) => status === 200)).toHaveLength(1);
  expect(outcomes.filter((status) => ![200, 400].includes(status))).toEqual([]);
  const row = await stored(user.id);
  const request = await panel.prisma.deletionRequest.findUniqueOrThrow({ where: { id } });
  const isKept = row.email === user.email;
  expect([request.status, row.suspended, row.deletedAt === null]).toEqual(
    isKept ? ['cancelled', false, true] : ['deleted', true, false],
  );
});

it('two passes of the job at once delete each account once', async () => {
  const users = await Promise.all(Array.from({ length: 5 }, () => createUser(panel)));
  for (const user of users) await approve(user);
  await panel.prisma.deletionRequest.updateMany({
    where: { status: 'pending_deletion' },
    data: { scheduledDeletionAt: new Date(0) },
  });
  const deletion = panel.app.get(AccountDeletion);
  await Promise.all([deletion.executeDue(), deletion.executeDue(), deletion.executeDue()]);
  for (const user of users) {
    expect((await stored(user.id)).deletedAt).not.toBeNull();
    const where = { toAddress: user.email, template: 'deletion-deleted' };
    expect(await panel.prisma.outboundMail.count({ where })).toBe(1);
    const entries = { action: 'account-deleted', targetId: String(user.id) };
    expect(await panel.prisma.activityEntry.count({ where: entries })).toBe(1);
  }
});
