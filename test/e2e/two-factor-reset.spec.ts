import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from '../../src/start/commands.js';
import { createAdmin, createApiKey, createStaff, createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { codeOf, pendingToken, turnOnTwoFactor, verifyLogin } from '../support/two-factor.js';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const pathOf = ({ id }: Pick<TestUser, 'id'>) => `/api/admin/users/${id}/2fa`;
const asStaff = async (...permissions: string[]) => {
  const staff = await createStaff(panel, permissions);
  return { staff, client: panel.as(await openSession(panel, staff)) };
};
const isOn = async ({ id }: TestUser) => (await panel.prisma.twoFactor.count({ where: { userId: id } })) === 1;

describe('staff', () => {
  it('turns off the second factor of somebody who lost it; every session ends, and the owner is told', async () => {
    const user = await createUser(panel, { settings: { locale: 'ru' } });
    const { seed } = await turnOnTwoFactor(panel, user);
    const session = panel.as(await openSession(panel, user));
    const tempToken = await pendingToken(panel, user);
    expect((await session.get('/api/auth/session')).status).toBe(200);
    const { staff, client } = await asStaff('users:write');

    expect(await client.delete(pathOf(user))).toMatchObject({ status: 200, body: { success: true } });
    expect((await session.get('/api/auth/session')).status).toBe(401);
    expect((await verifyLogin(panel, tempToken, { token: codeOf(seed) })).status).toBe(400);
    const login = { email: user.email, password: user.password };
    expect((await panel.http.post('/api/auth/login', login)).body).toMatchObject({ user: { twoFactorEnabled: false } });
    const entry = await panel.prisma.activityEntry.findFirst({ where: { action: '2fa-reset', userId: staff.id } });
    expect(entry).toMatchObject({ targetType: 'user', targetId: String(user.id), ipAddress: '127.0.0.1' });
    expect(await mailTo(panel.prisma, user.email)).toMatchObject({
      template: 'two-factor-reset',
      subject: 'Двухфакторный вход сброшен',
    });
    expect(await client.delete(pathOf(user))).toMatchObject({ status: 409, body: { code: 'two_factor.off' } });
  });

  it('does not get at accounts that hold more', async () => {
    const admin = await createAdmin(panel);
    const auditor = await createStaff(panel, ['users:write', 'logs:read']);
    const { client } = await asStaff('users:write');
    for (const user of [admin, auditor]) {
      await turnOnTwoFactor(panel, user);
      expect(await client.delete(pathOf(user))).toMatchObject({
        status: 403,
        body: { code: 'users.more_privileged' },
      });
      expect(await isOn(user)).toBe(true);
    }
  });

  it('gets rid of its own only with a code', async () => {
    const { staff, client } = await asStaff('users:write');
    await turnOnTwoFactor(panel, staff);
    for (const id of [staff.id, 'me']) {
      expect((await client.delete(`/api/admin/users/${id}/2fa`)).status).toBe(409);
    }
    expect(await isOn(staff)).toBe(true);
  });

  it('needs the right for it, and a session', async () => {
    const user = await createUser(panel);
    await turnOnTwoFactor(panel, user);
    const { client: reader } = await asStaff('users:read');
    const key = await createApiKey(panel, await createAdmin(panel), { type: 'admin' });
    for (const client of [reader, panel.as(key)]) expect((await client.delete(pathOf(user))).status).toBe(403);
    expect(await isOn(user)).toBe(true);
    const { client } = await asStaff('users:write');
    for (const id of ['999999', '0', 'x', '2147483648']) {
      expect((await client.delete(`/api/admin/users/${id}/2fa`)).status).toBe(404);
    }
  });
});

describe('the command reset-2fa', () => {
  const run = (...argv: string[]) => runCommand(panel.app, ['reset-2fa', ...argv]);

  it('turns off the second factor of an address', async () => {
    const admin = await createAdmin(panel);
    await turnOnTwoFactor(panel, admin);
    const session = panel.as(await openSession(panel, admin));
    expect(await run(admin.email.toUpperCase())).toMatchObject({ exitCode: 0 });
    expect([await isOn(admin), (await session.get('/api/auth/session')).status]).toEqual([false, 401]);
    const where = { action: '2fa-reset', userId: null, targetId: String(admin.id) };
    expect(await panel.prisma.activityEntry.count({ where })).toBe(1);
  });

  it('says what is wrong', async () => {
    const user = await createUser(panel);
    expect(await run(user.email)).toEqual({ exitCode: 1, output: 'Two-factor sign-in is not on' });
    expect((await run('nobody@example.test')).exitCode).toBe(1);
    for (const argv of [[], ['x'], [user.email, 'more']]) expect((await run(...argv)).exitCode).toBe(2);
  });
});
