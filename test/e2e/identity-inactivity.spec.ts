import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import type { Prisma } from '../../src/generated/prisma/client.js';
import { AccountDeletion } from '../../src/identity/deletion-requests/account-deletion.service.js';
import { InactiveAccounts, SUNSET_GRACE_DAYS } from '../../src/identity/inactivity/inactive-accounts.service.js';
import { createAdmin, createApiKey, createUser, openSession, PASSWORD } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { linksIn, mailTo, TestSmtpServer } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const DAY = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY);

let panel: TestPanel;
let smtp: TestSmtpServer;
beforeAll(async () => {
  smtp = await TestSmtpServer.start();
  panel = await startPanel({ env: { SMTP_URL: smtp.url } });
});
afterAll(async () => {
  await panel.close();
  await smtp.close();
});

/** Somebody who was last here 366 days ago. */
const createAbsentee = (values: Partial<Prisma.UserCreateInput> = {}): Promise<TestUser> =>
  createUser(panel, { emailVerified: true, lastLoginAt: daysAgo(366), createdAt: daysAgo(900), ...values });
const run = (): Promise<void> => panel.app.get(InactiveAccounts).run();
const requestsOf = ({ id: userId }: TestUser) =>
  panel.prisma.deletionRequest.findMany({ where: { userId }, orderBy: { id: 'asc' } });
const stored = ({ id }: TestUser) => panel.prisma.user.findUniqueOrThrow({ where: { id } });
const signIn = ({ email }: TestUser) => panel.http.post('/api/auth/login', { email, password: PASSWORD });

/** As if the grace period were over. */
async function letGracePass({ id: userId }: TestUser): Promise<void> {
  await panel.prisma.deletionRequest.updateMany({ where: { userId }, data: { scheduledDeletionAt: daysAgo(0) } });
  await panel.app.get(AccountDeletion).executeDue();
}

describe('somebody who has not signed in for a year', () => {
  it('is told once by mail that the account will be deleted in ninety days', async () => {
    const user = await createAbsentee({ idVerified: true });
    await run();
    const [request, ...others] = await requestsOf(user);
    expect(others).toEqual([]);
    expect(request).toMatchObject({ status: 'pending_deletion', autoSunset: true, idVerified: true, approvedBy: null });
    const days = ((request?.scheduledDeletionAt?.getTime() ?? 0) - Date.now()) / DAY;
    expect(Math.round(days)).toBe(SUNSET_GRACE_DAYS);
    expect(await stored(user)).toMatchObject({ deletionRequested: true, deletionApproved: false });
    const mail = await mailTo(panel.prisma, user.email, 'sunset-policy');
    expect(mail.text).toContain(request?.scheduledDeletionAt?.toISOString().slice(0, 10));
    expect(linksIn(mail).map(String)).toEqual([`${panel.config.frontendUrl}/login`]);
    await run();
    expect(await requestsOf(user)).toHaveLength(1);
    expect(await panel.prisma.outboundMail.count({ where: { toAddress: user.email } })).toBe(1);
  });

  it('is told once by two runs at the same time', async () => {
    const user = await createAbsentee();
    await Promise.all([run(), run(), run()]);
    expect(await requestsOf(user)).toHaveLength(1);
    expect(await panel.prisma.outboundMail.count({ where: { toAddress: user.email } })).toBe(1);
  });

  it('is locked out of nothing meanwhile: keys go on, and a sign-in keeps the account', async () => {
    const user = await createAbsentee();
    const key = panel.as(await createApiKey(panel, user, { permissions: ['*'] }));
    await run();
    expect((await key.get('/api/users/me')).body).toMatchObject({ deletionRequested: true });
    expect((await signIn(user)).status).toBe(200);
    expect(await requestsOf(user)).toEqual([
      expect.objectContaining({ status: 'cancelled', scheduledDeletionAt: null }),
    ]);
    expect((await key.get('/api/users/me')).body).toMatchObject({ deletionRequested: false });
    await letGracePass(user);
    await run();
    expect(await stored(user)).toMatchObject({ deletedAt: null, deletionRequested: false });
    expect(await requestsOf(user)).toHaveLength(1);
  });

  it('is not kept by a wrong password', async () => {
    const user = await createAbsentee();
    await run();
    await panel.http.post('/api/auth/login', { email: user.email, password: 'Wrong-password-1' });
    expect((await requestsOf(user))[0]).toMatchObject({ status: 'pending_deletion' });
  });

  it('is deleted after the grace period', async () => {
    const user = await createAbsentee();
    await run();
    await panel.app.get(AccountDeletion).executeDue();
    expect((await stored(user)).deletedAt).toBeNull();
    await letGracePass(user);
    expect(await stored(user)).toMatchObject({ firstName: 'Deleted', deletedAt: expect.any(Date) });
    expect((await signIn(user)).status).toBe(401);
  });

  it('is not deleted while suspended, and staff that cancels the deletion does not end the suspension', async () => {
    const user = await createAbsentee();
    await run();
    await panel.prisma.user.update({ where: { id: user.id }, data: { suspended: true } });
    await letGracePass(user);
    expect((await stored(user)).deletedAt).toBeNull();
    const staff = panel.as(await openSession(panel, await createAdmin(panel)));
    const [request] = await requestsOf(user);
    expect((await staff.post(`/api/admin/deletions/${request?.id}/cancel`)).status).toBe(200);
    expect(await stored(user)).toMatchObject({ suspended: true, deletionRequested: false });
    await panel.prisma.user.update({ where: { id: user.id }, data: { suspended: false } });
    await run();
    expect(await requestsOf(user)).toHaveLength(1);
  });
});

describe('nobody is told', () => {
  it.each<[string, Partial<Prisma.UserCreateInput>]>([
    ['who signed in within the year', { lastLoginAt: daysAgo(364) }],
    ['who is new and never signed in', { lastLoginAt: null, createdAt: daysAgo(10) }],
    ['whose address was never proved', { emailVerified: false }],
    ['who is suspended', { suspended: true }],
    ['who is suspended and never signed in', { suspended: true, lastLoginAt: null }],
    ['who is banned from support', { supportBanned: true }],
    ['who is about to be deleted', { deletionRequested: true }],
    ['who is gone', { deletedAt: daysAgo(1) }],
    ['who is a superuser', { role: 'rootAdmin' }],
  ])('%s', async (_, values) => {
    const [user, absentee] = [await createAbsentee(values), await createAbsentee()];
    await run();
    expect(await requestsOf(user)).toEqual([]);
    expect(await requestsOf(absentee)).toHaveLength(1);
  });

  it('where the panel is set so; another number of days counts at once, but none that is shorter than sessions', async () => {
    const settings = panel.app.get(PanelSettings);
    const user = await createAbsentee({ lastLoginAt: null, createdAt: daysAgo(400) });
    await settings.update({ accountSunsetDays: 0 });
    await run();
    expect(await requestsOf(user)).toEqual([]);
    await settings.update({ accountSunsetDays: 500 });
    await run();
    expect(await requestsOf(user)).toEqual([]);
    const staff = panel.as(await openSession(panel, await createAdmin(panel)));
    for (const days of [1, 89, -1, 3_651, 'x']) {
      const answer = await staff.put('/api/admin/settings', { accountSunsetDays: days });
      expect([days, answer.status]).toEqual([days, 400]);
    }
    await settings.update({ accountSunsetDays: 365 });
    await run();
    expect(await requestsOf(user)).toHaveLength(1);
  });
});

it('nobody is told or deleted where no mail can be sent', async () => {
  const silent = await startPanel();
  try {
    const user = await createUser(silent, { emailVerified: true, lastLoginAt: daysAgo(500) });
    await silent.app.get(InactiveAccounts).run();
    expect(await silent.prisma.deletionRequest.count({ where: { userId: user.id } })).toBe(0);
  } finally {
    await silent.close();
  }
});

it('is looked for every day, by one of the replicas', async () => {
  const { rows } = await panel.database.executeSql(
    `SELECT cron FROM pgboss.schedule WHERE name = 'identity.inactive_accounts'`,
  );
  expect(rows).toEqual([{ cron: '0 4 * * *' }]);
});
