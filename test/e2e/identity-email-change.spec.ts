import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import {
  changeUser,
  createAdmin,
  createApiKey,
  createStaff,
  createUser,
  openSession,
  PASSWORD,
  unique,
} from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface Result {
  error?: string;
  user: { email: string; emailVerified: boolean };
}

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const fresh = (): string => `${unique()}@example.test`;
const change = (client: HttpClient, email: string, more: object = {}, id: number | 'me' = 'me') =>
  client.put<Result>(`/api/users/${id}`, { email, ...more });
const addressOf = (id: number) =>
  panel.prisma.user.findUniqueOrThrow({ where: { id }, select: { email: true, emailVerified: true } });
const mailsTo = (toAddress: string, template: string) =>
  panel.prisma.outboundMail.count({ where: { toAddress, template } });

/** The path of the newest mailed link of a kind, as the panel's own route takes it. */
async function linkTo(address: string, template: string): Promise<string> {
  const [link] = linksIn(await mailTo(panel.prisma, address, template));
  return `${link?.pathname}${link?.search}`
    .replace('/restore-email', '/api/auth/restore-email')
    .replace('/verify-email', '/api/auth/verify-email');
}
const restoreLink = (address: string) => linkTo(address, 'email-restore');

describe('a new e-mail address', () => {
  it('counts at once, is to be confirmed, and ends the other sessions', async () => {
    const user = await createUser(panel);
    const [own, other, email] = [await as(user), await as(user), fresh()];
    const answer = await change(own, ` ${email.toUpperCase()} `);
    expect(answer).toMatchObject({ status: 200, body: { user: { email, emailVerified: false } } });
    expect((await own.get('/api/auth/session')).status).toBe(200);
    expect((await other.get('/api/auth/session')).status).toBe(401);
    const login = (address: string) => panel.http.post('/api/auth/login', { email: address, password: PASSWORD });
    expect([(await login(user.email)).status, (await login(email)).status]).toEqual([401, 200]);

    const verify = await panel.http.get(await linkTo(email, 'verify-email'));
    expect([verify.status, String(verify.headers['location'])]).toEqual([
      302,
      expect.stringContaining('/dashboard?emailVerified=1'),
    ]);
    expect(await addressOf(user.id)).toEqual({ email, emailVerified: true });
    const [entry] = await panel.prisma.activityEntry.findMany({ where: { userId: user.id, action: 'email-change' } });
    expect(entry).toMatchObject({ targetType: 'user', metadata: { before: user.email, after: email } });
  });

  it('makes what was mailed to the old one useless', async () => {
    const user = await createUser(panel, { emailVerified: false });
    const own = await as(user);
    await own.post('/api/auth/resend-verification');
    const verify = await linkTo(user.email, 'verify-email');
    await panel.http.post('/api/auth/password-reset/request', { email: user.email });
    const [reset] = linksIn(await mailTo(panel.prisma, user.email, 'password-reset'));
    await change(own, fresh());
    expect((await panel.http.get(verify)).status).toBe(400);
    const token = reset?.pathname.split('/').at(-1);
    const confirm = await panel.http.post('/api/auth/password-reset/confirm', { token, password: 'New-password-9' });
    expect(confirm.status).toBe(400);
    expect((await addressOf(user.id)).emailVerified).toBe(false);
  });

  it('is refused when it is known, whatever its case, when it is disposable, and when it is none', async () => {
    const [own, known] = [await as(await createUser(panel)), await createUser(panel)];
    expect(await change(own, known.email.toUpperCase())).toMatchObject({
      status: 409,
      body: { error: 'An account with that email address already exists.' },
    });
    expect((await change(own, `${unique()}@mailinator.com`)).status).toBe(400);
    expect(await change(own, 'nonsense')).toMatchObject({ status: 400, body: { error: 'Invalid email address' } });
    expect(await mailsTo(known.email, 'verify-email')).toBe(0);
  });

  it('changes nothing else when it is refused', async () => {
    const [user, known] = [await createUser(panel), await createUser(panel)];
    await change(await as(user), known.email, { firstName: 'Changed' });
    expect(await panel.prisma.user.findUnique({ where: { id: user.id } })).toMatchObject({
      firstName: 'Robin',
      email: user.email,
    });
  });

  it('can be tried five times a day: each try tells whether an address is known', async () => {
    const [own, known] = [await as(await createUser(panel)), await createUser(panel)];
    for (let index = 0; index < 5; index++) expect((await change(own, known.email)).status).toBe(409);
    const headers = { 'x-forwarded-for': '198.51.100.7' };
    expect((await own.put('/api/users/me', { email: fresh() }, { headers })).status).toBe(429);
  });

  it('that is the present one is no change', async () => {
    const user = await createUser(panel);
    const [own, other] = [await as(user), await as(user)];
    expect((await change(own, user.email.toUpperCase(), { title: 'Dr' })).status).toBe(200);
    expect((await other.get('/api/auth/session')).status).toBe(200);
    expect(await addressOf(user.id)).toEqual({ email: user.email, emailVerified: true });
  });

  it('is not set with an API key', async () => {
    const user = await createUser(panel);
    const key = panel.as(await createApiKey(panel, user, { permissions: ['users:write'] }));
    expect((await change(key, fresh())).status).toBe(403);
    expect((await addressOf(user.id)).email).toBe(user.email);
  });

  it('comes with the new password in one form', async () => {
    const user = await createUser(panel);
    const email = fresh();
    const both = { password: 'New-password-9', currentPassword: PASSWORD };
    expect((await change(await as(user), email, both)).status).toBe(200);
    expect((await panel.http.post('/api/auth/login', { email, password: 'New-password-9' })).status).toBe(200);
    expect(await mailsTo(user.email, 'password-changed')).toBe(1);
  });
});

describe('the password', () => {
  it('must be right when it is given', async () => {
    const own = await as(await createUser(panel));
    expect(await change(own, fresh(), { currentPassword: 'Wrong-horse-1' })).toMatchObject({
      status: 403,
      body: { error: 'Current password is invalid' },
    });
    expect((await change(own, fresh(), { currentPassword: PASSWORD })).status).toBe(200);
  });

  it('must be given when the panel asks for it, but not by staff', async () => {
    const settings = panel.app.get(PanelSettings);
    await settings.update({ requirePasswordForEmailChange: true });
    const user = await createUser(panel);
    expect(await change(await as(user), fresh())).toMatchObject({
      status: 400,
      body: { error: 'Current password is required to change email' },
    });
    const staff = await as(await createStaff(panel, ['users:write']));
    expect((await change(staff, fresh(), {}, user.id)).status).toBe(200);
    await settings.update({ requirePasswordForEmailChange: false });
  });
});

describe('staff', () => {
  it('changes the address of others, which ends all their sessions and can be undone by them', async () => {
    const user = await createUser(panel);
    const session = await as(user);
    const staff = await as(await createStaff(panel, ['users:write']));
    expect((await change(staff, fresh(), { emailVerified: true }, user.id)).body.user.emailVerified).toBe(false);
    expect((await session.get('/api/auth/session')).status).toBe(401);
    expect((await panel.http.get(await restoreLink(user.email))).status).toBe(302);
    expect(await addressOf(user.id)).toEqual({ email: user.email, emailVerified: true });
  });

  it('does not change the address of who holds more', async () => {
    const staff = await as(await createStaff(panel, ['users:write']));
    const root = await createAdmin(panel);
    expect((await change(staff, fresh(), {}, root.id)).status).toBe(403);
    expect((await addressOf(root.id)).email).toBe(root.email);
  });
});

describe('the link to the old address', () => {
  it('puts it back, verified, ends every session, and works once', async () => {
    const user = await createUser(panel);
    const [own, email] = [await as(user), fresh()];
    await change(own, email);
    const [verify, restore] = [await linkTo(email, 'verify-email'), await restoreLink(user.email)];
    const answer = await panel.http.get(restore);
    expect([answer.status, String(answer.headers['location'])]).toEqual([
      302,
      expect.stringContaining('/dashboard?emailRestore=1'),
    ]);
    expect(await addressOf(user.id)).toEqual({ email: user.email, emailVerified: true });
    expect((await own.get('/api/auth/session')).status).toBe(401);
    expect((await panel.http.get(verify)).status).toBe(400);
    expect(await panel.http.get(restore)).toMatchObject({ status: 400, body: { error: 'Invalid or expired token' } });
    expect(await mailsTo(user.email, 'email-restored')).toBe(1);
    expect(await panel.http.get('/api/auth/restore-email')).toMatchObject({
      status: 400,
      body: { error: 'Missing token' },
    });
  });

  it('still works after the thief has changed the address again, and his own link is burnt', async () => {
    const user = await createUser(panel);
    const [thief, second, third] = [await as(user), fresh(), fresh()];
    await change(thief, second);
    await change(thief, third);
    const [owners, thiefs] = [await restoreLink(user.email), await restoreLink(second)];
    expect((await panel.http.get(owners)).status).toBe(302);
    expect((await panel.http.get(thiefs)).status).toBe(400);
    expect((await addressOf(user.id)).email).toBe(user.email);
  });

  it('is not burnt by the link of the thief', async () => {
    const user = await createUser(panel);
    const [thief, second] = [await as(user), fresh()];
    await change(thief, second);
    await change(thief, fresh());
    expect((await panel.http.get(await restoreLink(second))).status).toBe(302);
    expect((await panel.http.get(await restoreLink(user.email))).status).toBe(302);
    expect((await addressOf(user.id)).email).toBe(user.email);
  });

  it('ends in 409 when somebody else has the address by now, and works when that is over', async () => {
    const user = await createUser(panel);
    const email = fresh();
    await change(await as(user), email);
    const restore = await restoreLink(user.email);
    const other = await createUser(panel, { email: user.email });
    expect((await panel.http.get(restore)).status).toBe(409);
    expect((await addressOf(user.id)).email).toBe(email);
    await changeUser(panel, other, { email: fresh() });
    expect((await panel.http.get(restore)).status).toBe(302);
  });

  it('works for 48 hours', async () => {
    const user = await createUser(panel);
    await change(await as(user), fresh());
    const token = await panel.prisma.emailToken.findFirstOrThrow({
      where: { userId: user.id, purpose: 'restore_email' },
    });
    const hours = (token.expiresAt.getTime() - token.createdAt.getTime()) / 3_600_000;
    expect(Math.round(hours)).toBe(48);
    await panel.prisma.emailToken.updateMany({ where: { userId: user.id }, data: { expiresAt: new Date(0) } });
    expect((await panel.http.get(await restoreLink(user.email))).status).toBe(400);
  });

  it('is told in the language of the account', async () => {
    const user = await createUser(panel, { settings: { locale: 'ru' } });
    await change(await as(user), fresh());
    expect((await mailTo(panel.prisma, user.email, 'email-restore')).subject).toBe('Адрес электронной почты изменён');
  });
});
