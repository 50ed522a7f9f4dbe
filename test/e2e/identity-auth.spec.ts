import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { LastUse } from '../../src/identity/principals/last-use.js';
import { changeUser, createApiKey, createUser, openSession, PASSWORD, unique } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { statementsOf } from '../support/statements.js';

interface LoginBody {
  token: string;
  csrfToken: string;
  user: { id: number; sessionId: string; permissions: string[] };
}

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel({ env: { PASSWORD_RESET_RATE_IP: '100000', PASSWORD_RESET_CONFIRM_RATE_IP: '100000' } });
});
afterAll(() => panel.close());

const login = (user: Pick<TestUser, 'email'>, password = PASSWORD, ip = '203.0.113.1') =>
  panel.http.post<LoginBody>(
    '/api/auth/login',
    { email: user.email, password },
    { headers: { 'x-forwarded-for': ip } },
  );

describe('signing in', () => {
  it('answers the token, the CSRF token and the complete account, and sets the cookie', async () => {
    const user = await createUser(panel);
    const answer = await login({ email: ` ${user.email.toUpperCase()}` });
    expect(answer.status).toBe(200);
    expect(answer.body.csrfToken).toMatch(/^[0-9a-f]{64}$/);
    expect(answer.headers['set-cookie']).toMatch(
      /^token=ey[^;]+; Max-Age=2592000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    const session = await panel
      .as({ headers: { authorization: `Bearer ${answer.body.token}` } })
      .get('/api/auth/session');
    expect(session.body).toEqual({ user: answer.body.user });
  });

  it('refuses a body without e-mail or password', async () => {
    for (const body of [
      {},
      { email: 'a@example.com' },
      { email: 'a@example.com', password: '' },
      { email: {}, password: [] },
    ]) {
      const answer = await panel.http.post('/api/auth/login', body);
      expect(answer).toMatchObject({ status: 400, body: { error: 'Missing email or password' } });
    }
  });

  it('tells of a suspension only whoever knows the password', async () => {
    const user = await createUser(panel, { suspended: true });
    expect((await login(user, 'Wrong-password-1')).status).toBe(401);
    expect(await login(user)).toMatchObject({
      status: 403,
      body: { error: 'Account is suspended. Please contact support.', suspended: true },
    });
    expect(await panel.prisma.session.count({ where: { userId: user.id } })).toBe(0);
  });

  it('locks an address out after five wrong passwords, but not the owner elsewhere', async () => {
    const user = await createUser(panel);
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await login(user, 'Wrong-password-1', '198.51.100.9')).status).toBe(401);
    }
    const locked = await login(user, PASSWORD, '198.51.100.9');
    expect(locked).toMatchObject({
      status: 429,
      body: { error: 'Account temporarily locked due to too many failed attempts. Try again later.' },
    });
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(800);
    expect((await login(user, PASSWORD, '203.0.113.50')).status).toBe(200);
  });

  it('forgets wrong passwords after the right one', async () => {
    const user = await createUser(panel);
    for (let round = 0; round < 2; round++) {
      for (let attempt = 0; attempt < 4; attempt++) await login(user, 'Wrong-password-1', '198.51.100.10');
      expect((await login(user, PASSWORD, '198.51.100.10')).status).toBe(200);
    }
  });

  it('renews a hash that was made with another cost', async () => {
    const passwordHash = await hash(PASSWORD, { memoryCost: 8192, timeCost: 2, parallelism: 1 });
    const user = await createUser(panel, { passwordHash });
    expect((await login(user)).status).toBe(200);
    const stored = await panel.prisma.user.findUniqueOrThrow({ where: { id: user.id } });
    expect(stored.passwordHash).toMatch(/^\$argon2id\$v=19\$m=8192,t=1,p=1\$/);
    expect((await login(user)).status).toBe(200);
  });

  it('keeps the newest 20 sessions and ends the oldest at once', async () => {
    const user = await createUser(panel);
    const first = (await login(user)).body.token;
    const asFirst = panel.as({ headers: { authorization: `Bearer ${first}` } });
    expect((await asFirst.get('/api/auth/session')).status).toBe(200);
    for (let index = 0; index < 20; index++) await login(user, PASSWORD, `203.0.113.${index}`);
    expect(await panel.prisma.session.count({ where: { userId: user.id } })).toBe(20);
    expect(await asFirst.get('/api/auth/session')).toMatchObject({ status: 401, body: { error: 'Invalid session' } });
  });
});

describe('a session', () => {
  it('costs no query once it is known', async () => {
    const caller = panel.as(await openSession(panel, await createUser(panel)));
    await caller.get('/api/auth/session');
    expect(await statementsOf(panel, () => caller.get('/api/auth/session'))).toBe(0);
    expect(await statementsOf(panel, () => caller.get('/api/users/me'))).toBe(0);
  });

  it('gives a foreign page no cookie, so that it cannot sign a visitor in to its own account', async () => {
    const user = await createUser(panel);
    const login = (origin: string) =>
      fetch(`${panel.url}/api/auth/login`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ email: user.email, password: PASSWORD }),
      });
    expect((await login('https://evil.example')).headers.get('set-cookie')).toBeNull();
    expect((await login(panel.url)).headers.get('set-cookie')).toMatch(/^token=/);
  });

  it('ends at the sign-out, which clears the cookie with the attributes it was set with', async () => {
    const user = await createUser(panel);
    const { token } = (await login(user)).body;
    const asCookie = panel.as({ headers: { cookie: `token=${token}` } });
    const answer = await asCookie.post('/api/auth/logout');
    expect(answer.body).toEqual({ success: true });
    expect(answer.headers['set-cookie']).toMatch(/^token=; Max-Age=0; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    expect((await asCookie.get('/api/auth/session')).status).toBe(401);
  });

  it('is not ended by the sign-out of an API key', async () => {
    const user = await createUser(panel);
    const session = panel.as(await openSession(panel, user));
    const answer = await panel.as(await createApiKey(panel, user)).post('/api/auth/logout');
    expect([answer.status, answer.headers['set-cookie']]).toEqual([200, undefined]);
    expect((await session.get('/api/auth/session')).status).toBe(200);
  });

  it('gives its CSRF token to sessions, not to keys', async () => {
    const user = await createUser(panel);
    const { body } = await login(user);
    const session = panel.as({ headers: { authorization: `Bearer ${body.token}` } });
    expect((await session.get('/api/auth/csrf-token')).body).toEqual({ csrfToken: body.csrfToken });
    expect(await panel.as(await createApiKey(panel, user)).get('/api/auth/csrf-token')).toMatchObject({
      status: 401,
      body: { error: 'Unauthorized' },
    });
  });

  it('slides: its end and last use are written together, later', async () => {
    const user = await createUser(panel);
    const session = await openSession(panel, user);
    const past = new Date(Date.now() - 3_600_000);
    await panel.prisma.session.update({ where: { id: session.sessionId }, data: { lastSeenAt: past } });
    const key = await createApiKey(panel, user);
    await panel.as(session).get('/api/auth/session');
    await panel.as(key).get('/api/auth/session');
    await panel.app.get(LastUse).flush();
    const [row, keyRow, userRow] = [
      await panel.prisma.session.findUniqueOrThrow({ where: { id: session.sessionId } }),
      await panel.prisma.apiKey.findUniqueOrThrow({ where: { id: key.id } }),
      await panel.prisma.user.findUniqueOrThrow({ where: { id: user.id } }),
    ];
    const now = Date.now();
    expect(Math.abs(row.lastSeenAt.getTime() - now)).toBeLessThan(60_000);
    expect(Math.abs(row.expiresAt.getTime() - now - 30 * 86_400_000)).toBeLessThan(60_000);
    expect(Math.abs((keyRow.lastUsedAt?.getTime() ?? 0) - now)).toBeLessThan(60_000);
    expect(Math.abs((userRow.lastPanelActivityAt?.getTime() ?? 0) - now)).toBeLessThan(60_000);
  });

  it('never slides beyond 90 days after the sign-in', async () => {
    const session = await openSession(panel, await createUser(panel));
    const createdAt = new Date(Date.now() - 89 * 86_400_000);
    await panel.prisma.session.update({ where: { id: session.sessionId }, data: { createdAt } });
    await panel.as(session).get('/api/auth/session');
    await panel.app.get(LastUse).flush();
    const { expiresAt } = await panel.prisma.session.findUniqueOrThrow({ where: { id: session.sessionId } });
    expect(expiresAt.getTime()).toBe(createdAt.getTime() + 90 * 86_400_000);
  });
});

describe('a forgotten password', () => {
  it('is replaced with the mailed link, once, and every session ends', async () => {
    const user = await createUser(panel);
    const session = panel.as(await openSession(panel, user));
    expect((await session.get('/api/auth/session')).status).toBe(200);
    expect(await panel.http.post('/api/auth/password-reset/request', { email: user.email })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    const [link] = linksIn(await mailTo(panel.prisma, user.email, 'password-reset'));
    const token = link?.pathname.replace('/reset-password/', '');
    const confirm = (password: string) => panel.http.post('/api/auth/password-reset/confirm', { token, password });

    expect(await confirm('short')).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('at least 8') },
    });
    expect(await confirm('New-password-9')).toMatchObject({ status: 200, body: { success: true } });
    expect(await confirm('New-password-9')).toMatchObject({ status: 400, body: { error: 'Invalid or expired token' } });
    expect((await session.get('/api/auth/session')).status).toBe(401);
    expect((await login(user)).status).toBe(401);
    expect((await login(user, 'New-password-9')).status).toBe(200);
    expect((await mailTo(panel.prisma, user.email, 'password-changed')).subject).toBe('Your password was changed');
  });

  it('cannot be replaced with a link that ran out, or that went to an earlier address', async () => {
    const user = await createUser(panel);
    await panel.http.post('/api/auth/password-reset/request', { email: user.email });
    const [link] = linksIn(await mailTo(panel.prisma, user.email, 'password-reset'));
    const token = link?.pathname.replace('/reset-password/', '');
    const confirm = () => panel.http.post('/api/auth/password-reset/confirm', { token, password: 'New-password-9' });

    await changeUser(panel, user, { email: `${unique()}@example.test` });
    expect((await confirm()).status).toBe(400);
    await changeUser(panel, user, { email: user.email });
    await panel.prisma.emailToken.updateMany({ where: { userId: user.id }, data: { expiresAt: new Date() } });
    expect((await confirm()).status).toBe(400);
  });

  it('names what is missing', async () => {
    expect(await panel.http.post('/api/auth/password-reset/request', {})).toMatchObject({
      status: 400,
      body: { error: 'Email required' },
    });
    expect(await panel.http.post('/api/auth/password-reset/confirm', {})).toMatchObject({
      status: 400,
      body: { error: 'token and password are required' },
    });
  });
});

describe('an address', () => {
  const register = async () => {
    const email = `${unique()}@example.test`;
    await panel.http.post('/api/users/register', { email, password: PASSWORD, firstName: 'Ada', lastName: 'L' });
    const { body } = await login({ email });
    const mail = await mailTo(panel.prisma, email, 'verify-email');
    return { id: body.user.id, email, mail, caller: panel.as({ headers: { authorization: `Bearer ${body.token}` } }) };
  };
  const isVerified = async (caller: { get: TestPanel['http']['get'] }) =>
    (await caller.get<{ emailVerified: boolean }>('/api/users/me')).body.emailVerified;

  it('is verified by the mailed link, which leads to the dashboard', async () => {
    const { mail, caller } = await register();
    expect(await isVerified(caller)).toBe(false);
    const token = linksIn(mail)[0]?.searchParams.get('token');
    const answer = await panel.http.get(`/api/auth/verify-email?token=${token}`);
    expect([answer.status, answer.headers['location']]).toEqual([
      302,
      `${panel.config.panelUrl}/dashboard?emailVerified=1`,
    ]);
    expect(await isVerified(caller)).toBe(true);
    expect((await panel.http.get(`/api/auth/verify-email?token=${token}`)).status).toBe(400);
  });

  it('is verified by the mailed code, after which the link is of no use', async () => {
    const { mail, caller } = await register();
    const code = /\b\d{6}\b/.exec(mail.text)?.[0];
    const wrong = code === '000000' ? '000001' : '000000';
    expect(await caller.post('/api/auth/verify-email', { code: wrong })).toMatchObject({
      status: 400,
      body: { error: 'Invalid or expired code' },
    });
    expect((await caller.post('/api/auth/verify-email', { code: ` ${code} ` })).body).toEqual({ success: true });
    expect(await isVerified(caller)).toBe(true);
    const token = linksIn(mail)[0]?.searchParams.get('token');
    expect((await panel.http.get(`/api/auth/verify-email?token=${token}`)).status).toBe(400);
    expect((await caller.post('/api/auth/resend-verification', {})).body).toEqual({
      success: true,
      message: 'Already verified',
    });
  });

  it('is not verified by the code of somebody else', async () => {
    const [one, other] = [await register(), await register()];
    const code = /\b\d{6}\b/.exec(one.mail.text)?.[0];
    expect((await other.caller.post('/api/auth/verify-email', { code })).status).toBe(400);
  });

  it('is not verified by the code where the link belongs', async () => {
    const { id, mail, caller } = await register();
    const code = /\b\d{6}\b/.exec(mail.text)?.[0];
    for (const token of [code, `code:${id}:${code}`]) {
      expect((await panel.http.get(`/api/auth/verify-email?token=${token}`)).status).toBe(400);
    }
    expect(await isVerified(caller)).toBe(false);
  });

  it('gets a new mail on request, and the old one is of no use', async () => {
    const { mail, caller, email } = await register();
    expect((await caller.post('/api/auth/resend-verification', {})).body).toEqual({ success: true });
    const old = linksIn(mail)[0]?.searchParams.get('token');
    const fresh = linksIn(await mailTo(panel.prisma, email, 'verify-email'))[0]?.searchParams.get('token');
    expect(fresh).not.toBe(old);
    expect((await panel.http.get(`/api/auth/verify-email?token=${old}`)).status).toBe(400);
    expect((await panel.http.get(`/api/auth/verify-email?token=${fresh}`)).status).toBe(302);
  });

  it('that changed since the mail is not verified by it', async () => {
    const { id, mail } = await register();
    await changeUser(panel, { id }, { email: `${unique()}@example.test` });
    const token = linksIn(mail)[0]?.searchParams.get('token');
    expect((await panel.http.get(`/api/auth/verify-email?token=${token}`)).status).toBe(400);
  });
});
