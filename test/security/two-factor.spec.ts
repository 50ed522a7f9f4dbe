import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CounterStore } from '../../src/common/throttling/counter-store.js';
import { createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { RequestHeaders } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createCast } from '../support/principals.js';
import { fillPath, nameOf, routesOf } from '../support/routes.js';
import { codeOf, pendingToken, turnOnTwoFactor, verifyLogin, wrongCode } from '../support/two-factor.js';
import { ACCESS_TABLE } from './access-table.js';

/** The limits of an account as they are; those of addresses do not get in the way. */
const env = {
  AUTH_2FA_CODE_RATE_USER: '3',
  AUTH_2FA_CODE_LONG_RATE_USER: '10',
  AUTH_2FA_BACKUP_RATE_USER: '5',
  AUTH_2FA_EMAIL_CODE_RATE_USER: '10',
  AUTH_2FA_MAIL_RATE_USER: '15',
};
const LOCKED = 'Account temporarily locked due to too many 2FA attempts. Try again later.';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel({ env });
});
afterAll(() => panel.close());

async function person() {
  const user = await createUser(panel);
  return { user, ...(await turnOnTwoFactor(panel, user)), tempToken: await pendingToken(panel, user) };
}

const times = async <Value>(amount: number, work: () => Promise<Value>): Promise<Value[]> => {
  const values = [];
  for (let index = 0; index < amount; index++) values.push(await work());
  return values;
};

describe('guessing', () => {
  it('codes of the app ends after three wrong ones in five minutes, whatever addresses and sign-ins they come from', async () => {
    const { user, seed } = await person();
    const guess = async (index: number) => {
      const body = { tempToken: await pendingToken(panel, user), token: wrongCode(seed) };
      const headers = { 'x-forwarded-for': `203.0.113.${index}` };
      return (await panel.http.post('/api/auth/2fa/verify-login', body, { headers })).status;
    };
    expect([await guess(1), await guess(2), await guess(3), await guess(4)]).toEqual([400, 400, 400, 429]);
    const locked = await verifyLogin(panel, await pendingToken(panel, user), { token: codeOf(seed) });
    expect(locked).toMatchObject({ status: 429, body: { error: LOCKED } });
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(200);
    expect(locked.body).toHaveProperty('retryAfter', Number(locked.headers['retry-after']));
    const other = await person();
    expect((await verifyLogin(panel, other.tempToken, { token: codeOf(other.seed) })).status).toBe(200);
  });

  it('codes of the app ends after ten wrong ones in an hour', async () => {
    const { user, seed, tempToken } = await person();
    const counters = panel.app.get(CounterStore);
    const statuses = await times(11, async () => {
      // As if five minutes had passed.
      await counters.reset(`second-factor:totp:0:${user.id}`);
      return (await verifyLogin(panel, tempToken, { token: wrongCode(seed) })).status;
    });
    expect(statuses).toEqual([...Array<number>(10).fill(400), 429]);
  });

  it('lets no more through when it is done at once', async () => {
    const { seed, tempToken } = await person();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => verifyLogin(panel, tempToken, { token: wrongCode(seed) })),
    );
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(47);
  });

  it('backup codes ends after five wrong ones in an hour; the app still works', async () => {
    const { seed, tempToken, backupCodes } = await person();
    const statuses = await times(6, async () => {
      return (await verifyLogin(panel, tempToken, { backupCode: '0123456789ab' })).status;
    });
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    expect((await verifyLogin(panel, tempToken, { backupCode: backupCodes[0] })).status).toBe(429);
    expect((await verifyLogin(panel, tempToken, { token: codeOf(seed) })).status).toBe(200);
  });

  it('mailed codes ends after ten wrong ones in an hour, over all sign-ins', async () => {
    const { user } = await person();
    const statuses = [];
    for (let signIn = 0; signIn < 3; signIn++) {
      const tempToken = await pendingToken(panel, user);
      statuses.push(...(await times(4, async () => (await verifyLogin(panel, tempToken, { emailCode: '0' })).status)));
    }
    expect(statuses).toEqual([...Array<number>(10).fill(400), 429, 429]);
  });

  it('is bounded in the settings too, where a stolen session would turn it off', async () => {
    const { user, seed } = await person();
    const client = panel.as(await openSession(panel, user));
    const disable = async (token: string) => (await client.post('/api/auth/2fa/disable', { token })).status;
    expect(await times(4, () => disable(wrongCode(seed)))).toEqual([400, 400, 400, 429]);
    expect(await disable(codeOf(seed))).toBe(429);
  });

  it('is not what right codes are: they are never counted', async () => {
    const { user, seed } = await person();
    for (let round = 0; round < 12; round++) {
      await panel.prisma.twoFactor.update({ where: { userId: user.id }, data: { lastStep: 0 } });
      const tempToken = await pendingToken(panel, user);
      expect((await verifyLogin(panel, tempToken, { token: codeOf(seed) })).status).toBe(200);
    }
  });

  it('is not open to strangers: without the password nobody locks anybody out', async () => {
    const { user, seed, tempToken } = await person();
    await times(12, () => verifyLogin(panel, `tfa_${'0'.repeat(64)}`, { token: wrongCode(seed) }));
    const login = { email: user.email, password: 'Wrong-password-1' };
    const headers = { 'x-forwarded-for': '198.51.100.77' };
    await times(12, () => panel.http.post('/api/auth/login', login, { headers }));
    expect((await verifyLogin(panel, tempToken, { token: codeOf(seed) })).status).toBe(200);
    expect(await pendingToken(panel, user)).toMatch(/^tfa_/);
  });
});

it('mails fifteen codes an hour to an account, however many sign-ins ask for them', async () => {
  const { user } = await person();
  const statuses = await times(16, async () => {
    const tempToken = await pendingToken(panel, user);
    return (await panel.http.post('/api/auth/2fa/send-email', { tempToken })).status;
  });
  expect(statuses).toEqual([...Array<number>(15).fill(200), 429]);
  expect((await mailTo(panel.prisma, user.email)).template).toBe('two-factor-code');
});

describe('limits of addresses', () => {
  it('are those of the contract', async () => {
    const own = await startPanel({
      env: { AUTH_2FA_RATE_IP: '6', AUTH_2FA_LOGIN_RATE_IP: '10', AUTH_2FA_DISABLE_RATE_IP: '5' },
    });
    try {
      const tempToken = 'unknown';
      const session = own.as(await openSession(own, await createUser(own)));
      const sent = await times(7, () => own.http.post('/api/auth/2fa/send-email', { tempToken }));
      const tried = await times(11, () => verifyLogin(own, tempToken, { token: '123456' }));
      const disabled = await times(6, () => session.post('/api/auth/2fa/disable', { token: '123456' }));
      const letThrough = (answers: { status: number }[]) => answers.filter(({ status }) => status !== 429).length;
      expect([letThrough(sent), letThrough(tried), letThrough(disabled)]).toEqual([6, 10, 5]);
    } finally {
      await own.close();
    }
  });
});

describe('a pending token', () => {
  it('is no credential: every route that asks for one refuses it, wherever it stands', async () => {
    const cast = await createCast(panel);
    const { tempToken } = await person();
    const forms: RequestHeaders[] = [
      { authorization: `Bearer ${tempToken}` },
      { authorization: tempToken },
      { authorization: `ApiKey ${tempToken}` },
      { 'x-api-key': tempToken },
      { cookie: `token=${tempToken}` },
      { cookie: `session=${tempToken}` },
    ];
    const closed = routesOf(panel).filter((route) => ACCESS_TABLE[nameOf(route)]?.kind !== 'anybody');
    const open: string[] = [];
    for (const route of closed) {
      for (const headers of forms) {
        const path = fillPath(route.path, { ...cast.ids, uuid: cast.server.uuid });
        const { status } = await panel.as({ headers }).unchecked.request(route.method, path);
        if (status !== 401) open.push(`${nameOf(route)} with ${Object.keys(headers)[0]} answers ${status}`);
      }
    }
    expect(closed.length).toBeGreaterThan(100);
    expect(open).toEqual([]);
  });

  it('is no other link or code', async () => {
    const { tempToken } = await person();
    const reset = { token: tempToken, password: 'New-password-9' };
    expect((await panel.http.post('/api/auth/password-reset/confirm', reset)).status).toBe(400);
    expect((await panel.http.get(`/api/auth/verify-email?token=${tempToken}`)).status).toBe(400);
  });

  it('is none that another token could be taken for', async () => {
    const { user, seed } = await person();
    const { token, sessionId } = await openSession(panel, user);
    for (const other of [token, sessionId, codeOf(seed)]) {
      const answer = await verifyLogin(panel, other, { token: codeOf(seed) });
      expect(answer).toMatchObject({ status: 400, body: { error: 'Invalid tempToken' } });
    }
  });
});

describe('whether an account has a second factor', () => {
  const attempt = async ({ email }: Pick<TestUser, 'email'>) => {
    const before = panel.database.statements;
    const answer = await panel.http.post<object>('/api/auth/login', { email, password: 'Wrong-password-1' });
    const body = { ...answer.body, requestId: undefined };
    return { status: answer.status, body, statements: panel.database.statements - before };
  };
  /** The job queue asks in between. */
  const least = async (user: () => Promise<TestUser>) => {
    const attempts = await times(8, async () => attempt(await user()));
    return attempts.sort((left, right) => left.statements - right.statements)[0];
  };

  it('is told only to whoever knows the password', async () => {
    const withFactor = await least(async () => (await person()).user);
    expect(withFactor).toMatchObject({ status: 401, body: { error: 'Invalid credentials' } });
    expect(withFactor).toEqual(await least(() => createUser(panel)));
  });

  it('is not told by the second step either: unknown pending tokens are all alike', async () => {
    const { seed } = await person();
    for (const factors of [{ token: codeOf(seed) }, { emailCode: '123456' }, { backupCode: '0123456789ab' }, {}]) {
      expect(await verifyLogin(panel, `tfa_${'1'.repeat(64)}`, factors)).toMatchObject({
        status: 400,
        body: { error: 'Invalid tempToken' },
      });
    }
  });
});
