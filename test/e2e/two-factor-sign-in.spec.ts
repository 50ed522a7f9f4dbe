import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeUser, createUser, openSession, PASSWORD } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { codeOf, pendingToken, turnOnTwoFactor, verifyLogin, wrongCode } from '../support/two-factor.js';
import type { TestTwoFactor } from '../support/two-factor.js';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

interface Person extends TestTwoFactor {
  readonly user: TestUser;
  readonly tempToken: string;
}

/** Somebody who proved the password and owes the second factor. */
async function person(): Promise<Person> {
  const user = await createUser(panel);
  const factor = await turnOnTwoFactor(panel, user);
  return { user, ...factor, tempToken: await pendingToken(panel, user) };
}

const login = ({ email }: Pick<TestUser, 'email'>, password = PASSWORD) =>
  panel.http.post<object>('/api/auth/login', { email, password });
const refused = (error: string) => ({ status: 400, body: { error } });
const sessionsOf = (user: TestUser) => panel.prisma.session.findMany({ where: { userId: user.id } });
const allowTotpAgain = (user: TestUser) =>
  panel.prisma.twoFactor.update({ where: { userId: user.id }, data: { lastStep: 0 } });

describe('the password of an account with a second factor', () => {
  it('opens no session: it answers a pending token and sets no cookie', async () => {
    const { user } = await person();
    const answer = await login(user);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ twoFactorRequired: true, tempToken: expect.any(String) });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await sessionsOf(user)).toEqual([]);
  });

  it('tells of a suspension at once', async () => {
    const { user } = await person();
    await changeUser(panel, user, { suspended: true });
    expect(await login(user)).toMatchObject({ status: 403, body: { suspended: true } });
  });
});

describe('a code of the app', () => {
  it('opens the session, with token, cookie, CSRF token and the complete account', async () => {
    const { user, seed, tempToken } = await person();
    const answer = await verifyLogin(panel, tempToken, { token: ` ${codeOf(seed)} ` });
    expect(answer).toMatchObject({ status: 200, body: { user: { id: user.id, twoFactorEnabled: true } } });
    expect(answer.body.csrfToken).toMatch(/^[0-9a-f]{64}$/);
    expect(answer.headers['set-cookie']).toMatch(/^token=ey/);
    const session = await panel
      .as({ headers: { authorization: `Bearer ${answer.body.token}` } })
      .get('/api/auth/session');
    expect(session.body).toEqual({ user: answer.body.user });
    expect(await sessionsOf(user)).toMatchObject([{ method: 'totp' }]);
    const entry = await panel.prisma.activityEntry.findFirst({ where: { userId: user.id }, orderBy: { id: 'desc' } });
    expect(entry).toMatchObject({ action: 'login_2fa', targetType: 'session' });
  });

  it('may stand in the field code too', async () => {
    const { seed, tempToken } = await person();
    expect((await verifyLogin(panel, tempToken, { code: codeOf(seed) })).status).toBe(200);
  });

  it('works once, and so do all before it', async () => {
    const { user, seed, tempToken } = await person();
    const [earlier, later] = [codeOf(seed, -1), codeOf(seed)];
    expect((await verifyLogin(panel, tempToken, { token: later })).status).toBe(200);
    const next = await pendingToken(panel, user);
    for (const token of [later, earlier]) {
      expect(await verifyLogin(panel, next, { token })).toMatchObject(refused('Invalid token'));
    }
    expect((await verifyLogin(panel, next, { token: codeOf(seed, 1) })).status).toBe(200);
  });

  it('that is wrong opens nothing, is written down, and leaves the pending token good', async () => {
    const { user, seed, tempToken } = await person();
    expect(await verifyLogin(panel, tempToken, { token: wrongCode(seed) })).toMatchObject(refused('Invalid token'));
    expect(await sessionsOf(user)).toEqual([]);
    const entry = await panel.prisma.activityEntry.findFirst({ where: { userId: user.id } });
    expect(entry).toMatchObject({ action: 'login_failed', metadata: { factor: 'totp' } });
    expect((await verifyLogin(panel, tempToken, { token: codeOf(seed) })).status).toBe(200);
  });

  it('opens the session of a foreign page without a cookie', async () => {
    const { seed, tempToken } = await person();
    const answer = await fetch(`${panel.url}/api/auth/2fa/verify-login`, {
      method: 'POST',
      headers: { origin: 'https://evil.example', 'content-type': 'application/json' },
      body: JSON.stringify({ tempToken, token: codeOf(seed) }),
    });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
  });
});

describe('a backup code', () => {
  it('works once, however it is typed', async () => {
    const { user, backupCodes, tempToken } = await person();
    const code = backupCodes[3] ?? '';
    const spelled = ` ${code.slice(0, 4).toUpperCase()}-${code.slice(4, 8)} ${code.slice(8)} `;
    expect((await verifyLogin(panel, tempToken, { backupCode: spelled })).status).toBe(200);
    expect(await sessionsOf(user)).toMatchObject([{ method: 'backup' }]);
    const next = await pendingToken(panel, user);
    expect(await verifyLogin(panel, next, { backupCode: code })).toMatchObject(refused('Invalid backup code'));
    expect((await verifyLogin(panel, next, { backupCode: backupCodes[4] })).status).toBe(200);
    expect(await panel.prisma.backupCode.count({ where: { userId: user.id } })).toBe(8);
  });

  it('of somebody else does not work', async () => {
    const [one, other] = [await person(), await person()];
    const answer = await verifyLogin(panel, one.tempToken, { backupCode: other.backupCodes[0] });
    expect(answer).toMatchObject(refused('Invalid backup code'));
  });
});

describe('a code by mail', () => {
  const send = (tempToken: string) => panel.http.post('/api/auth/2fa/send-email', { tempToken });
  const mailed = async ({ email }: TestUser) =>
    /\b\d{6}\b/.exec((await mailTo(panel.prisma, email, 'two-factor-code')).text)?.[0] ?? '';
  const otherThan = (code: string) => (code === '000000' ? '000001' : '000000');
  /** As if the last mail had been sent earlier. */
  const later = (user: TestUser, seconds: number) =>
    panel.prisma.$executeRaw`
      UPDATE "LoginChallenge" SET "emailSentAt" = "emailSentAt" - make_interval(secs => ${seconds}::int)
      WHERE "userId" = ${user.id}`;

  it('opens the session once', async () => {
    const { user, tempToken } = await person();
    expect(await send(tempToken)).toMatchObject({ status: 200, body: { success: true } });
    const emailCode = await mailed(user);
    expect((await verifyLogin(panel, tempToken, { emailCode })).status).toBe(200);
    expect(await sessionsOf(user)).toMatchObject([{ method: 'email' }]);
    const next = await pendingToken(panel, user);
    expect(await verifyLogin(panel, next, { emailCode })).toMatchObject(refused('Invalid email code'));
  });

  it('is good for its own sign-in only, and for five minutes', async () => {
    const { user, tempToken } = await person();
    const other = await pendingToken(panel, user);
    await send(tempToken);
    const emailCode = await mailed(user);
    expect(await verifyLogin(panel, other, { emailCode })).toMatchObject(refused('Invalid email code'));
    await later(user, 301);
    expect(await verifyLogin(panel, tempToken, { emailCode })).toMatchObject(refused('Invalid email code'));
  });

  it('is replaced by the next one, which is sent after five seconds at the earliest', async () => {
    const { user, tempToken } = await person();
    await send(tempToken);
    const first = await mailed(user);
    const tooEarly = await send(tempToken);
    expect(tooEarly).toMatchObject({ status: 429, body: { error: 'rate_limited', retryAfter: 5 } });
    expect(tooEarly.headers['retry-after']).toBe('5');
    await later(user, 5);
    expect((await send(tempToken)).status).toBe(200);
    const second = await mailed(user);
    if (first !== second) {
      const answer = await verifyLogin(panel, tempToken, { emailCode: first });
      expect(answer).toMatchObject(refused('Invalid email code'));
    }
    expect((await verifyLogin(panel, tempToken, { emailCode: second })).status).toBe(200);
  });

  it('is mailed five times for one sign-in', async () => {
    const { user, tempToken } = await person();
    const statuses = [];
    for (let index = 0; index < 6; index++) {
      statuses.push((await send(tempToken)).status);
      await later(user, 60);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await panel.prisma.outboundMail.count({ where: { toAddress: user.email } })).toBe(5);
  });

  it('that is wrong five times ends the sign-in', async () => {
    const { user, tempToken } = await person();
    await send(tempToken);
    const emailCode = await mailed(user);
    for (let index = 0; index < 5; index++) {
      const answer = await verifyLogin(panel, tempToken, { emailCode: otherThan(emailCode) });
      expect(answer).toMatchObject(refused('Invalid email code'));
    }
    expect(await verifyLogin(panel, tempToken, { emailCode })).toMatchObject(refused('Invalid tempToken'));
  });

  it('that was never mailed is wrong', async () => {
    const { tempToken } = await person();
    expect((await verifyLogin(panel, tempToken, { emailCode: '000000' })).status).toBe(400);
  });
});

describe('several factors at once', () => {
  it('must all be right, and a wrong one costs no backup code', async () => {
    const { user, seed, backupCodes, tempToken } = await person();
    const backupCode = backupCodes[0];
    const wrong = await verifyLogin(panel, tempToken, { token: wrongCode(seed), backupCode });
    expect(wrong).toMatchObject(refused('Invalid token'));
    expect(await panel.prisma.backupCode.count({ where: { userId: user.id } })).toBe(10);
    const other = await verifyLogin(panel, tempToken, { token: codeOf(seed), backupCode: 'ffffffffffff' });
    expect(other).toMatchObject(refused('Invalid backup code'));
    await allowTotpAgain(user);
    expect((await verifyLogin(panel, tempToken, { token: codeOf(seed), backupCode })).status).toBe(200);
  });
});

describe('a pending token', () => {
  it('opens one session', async () => {
    const { user, seed, backupCodes, tempToken } = await person();
    expect((await verifyLogin(panel, tempToken, { token: codeOf(seed) })).status).toBe(200);
    const again = await verifyLogin(panel, tempToken, { backupCode: backupCodes[0] });
    expect(again).toMatchObject(refused('Invalid tempToken'));
    expect(await sessionsOf(user)).toHaveLength(1);
    expect(await panel.prisma.backupCode.count({ where: { userId: user.id } })).toBe(10);
  });

  it('belongs to its account: the codes of another one do not go with it', async () => {
    const [one, other] = [await person(), await person()];
    expect((await verifyLogin(panel, one.tempToken, { token: codeOf(other.seed) })).status).toBe(400);
    expect(await sessionsOf(other.user)).toEqual([]);
  });

  it('is good for five minutes', async () => {
    const { user, seed, tempToken } = await person();
    const row = await panel.prisma.loginChallenge.findFirstOrThrow({ where: { userId: user.id } });
    expect(Math.abs(row.expiresAt.getTime() - Date.now() - 300_000)).toBeLessThan(60_000);
    await panel.prisma.loginChallenge.updateMany({ where: { userId: user.id }, data: { expiresAt: new Date() } });
    const answer = await verifyLogin(panel, tempToken, { token: codeOf(seed) });
    expect(answer).toMatchObject(refused('Invalid tempToken'));
    expect((await panel.http.post('/api/auth/2fa/send-email', { tempToken })).status).toBe(400);
  });

  it('ends when its account is signed out everywhere', async () => {
    const { user, seed, tempToken } = await person();
    const client = panel.as(await openSession(panel, user));
    expect((await client.post('/api/sessions/logout-all', { userId: user.id })).status).toBe(200);
    const answer = await verifyLogin(panel, tempToken, { token: codeOf(seed) });
    expect(answer).toMatchObject(refused('Invalid tempToken'));
  });

  it('lets no suspended account in', async () => {
    const { user, seed, tempToken } = await person();
    await changeUser(panel, user, { suspended: true });
    expect(await verifyLogin(panel, tempToken, { token: codeOf(seed) })).toMatchObject({
      status: 403,
      body: { suspended: true },
    });
    expect(await sessionsOf(user)).toEqual([]);
  });

  it('that is missing, empty or nonsense is named', async () => {
    for (const path of ['verify-login', 'send-email']) {
      const post = (body: object) => panel.http.post(`/api/auth/2fa/${path}`, body);
      for (const tempToken of [undefined, '', null, 7, ['x'], {}]) {
        expect(await post({ tempToken, token: '123456' })).toMatchObject(refused('Missing tempToken'));
      }
      for (const tempToken of ['x', 'x'.repeat(300), `tfa_${'0'.repeat(64)}`]) {
        expect(await post({ tempToken, token: '123456' })).toMatchObject(refused('Invalid tempToken'));
      }
    }
  });

  it('alone opens nothing: no code, an empty one, a list', async () => {
    const { user, tempToken } = await person();
    const none = [{}, { token: '' }, { token: null, code: null, backupCode: null, emailCode: null }, { token: ' - ' }];
    for (const factors of none) {
      expect(await verifyLogin(panel, tempToken, factors)).toMatchObject(refused('2FA code required'));
    }
    for (const [field, error] of [
      ['token', 'Invalid token'],
      ['code', 'Invalid token'],
      ['backupCode', 'Invalid backup code'],
      ['emailCode', 'Invalid email code'],
    ] as const) {
      for (const value of [['123456'], {}, 123456, true, '1'.repeat(33)]) {
        expect(await verifyLogin(panel, tempToken, { [field]: value })).toMatchObject(refused(error));
      }
    }
    expect(await sessionsOf(user)).toEqual([]);
  });
});
