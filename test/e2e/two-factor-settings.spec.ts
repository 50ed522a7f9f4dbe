import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey, createUser, openSession } from '../support/factories.js';
import type { TestSession, TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { codeOf, pendingToken, turnOnTwoFactor, verifyLogin, wrongCode } from '../support/two-factor.js';

interface Setup {
  secret: string;
  otpauth_url: string;
}

interface Person {
  user: TestUser;
  session: TestSession;
  client: HttpClient;
}

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

async function person(): Promise<Person> {
  const user = await createUser(panel);
  const session = await openSession(panel, user);
  return { user, session, client: panel.as(session) };
}

const setUp = async (client: HttpClient) => (await client.get<Setup>('/api/auth/2fa/setup')).body;
const enable = (client: HttpClient, body: object) =>
  client.post<{ recoveryCodes: string[]; error?: string }>('/api/auth/2fa/verify', body);
const isOn = async (client: HttpClient) =>
  (await client.get<{ user: { twoFactorEnabled: boolean } }>('/api/auth/session')).body.user.twoFactorEnabled;
const isAlive = async (session: TestSession) => (await panel.as(session).get('/api/auth/session')).status === 200;
const actionsOf = async (user: TestUser) =>
  (await panel.prisma.activityEntry.findMany({ where: { targetId: String(user.id) }, orderBy: { id: 'asc' } })).map(
    ({ action }) => action,
  );

describe('turning two-factor sign-in on', () => {
  it('takes a code of the seed and answers ten backup codes; other sessions end, this one stays', async () => {
    const { user, client } = await person();
    const other = await openSession(panel, user);
    expect(await isAlive(other)).toBe(true);
    const { secret, otpauth_url: url } = await setUp(client);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(decodeURIComponent(url)).toContain(`otpauth://totp/EcliPanel:${user.email}?secret=${secret}`);
    expect(await isOn(client)).toBe(false);

    const answer = await enable(client, { token: ` ${codeOf(secret)} `, secret });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(new Set(answer.body.recoveryCodes).size).toBe(10);
    for (const code of answer.body.recoveryCodes) expect(code).toMatch(/^[0-9a-f]{12}$/);
    expect(await isOn(client)).toBe(true);
    expect((await client.get<{ twoFactorEnabled: boolean }>('/api/users/me')).body.twoFactorEnabled).toBe(true);
    expect(await isAlive(other)).toBe(false);
    expect(await actionsOf(user)).toEqual(['2fa-enabled']);
    expect((await mailTo(panel.prisma, user.email)).template).toBe('two-factor-enabled');
  });

  it('uses the code up that proved the seed', async () => {
    const { user, client } = await person();
    const { secret } = await setUp(client);
    const token = codeOf(secret);
    await enable(client, { token, secret });
    expect(await verifyLogin(panel, await pendingToken(panel, user), { token })).toMatchObject({
      status: 400,
      body: { error: 'Invalid token' },
    });
  });

  it('gives its repetition the same codes again, as they are shown once', async () => {
    const { client } = await person();
    const { secret } = await setUp(client);
    const body = { token: codeOf(secret), secret };
    const [first, second] = [await enable(client, body), await enable(client, body)];
    expect([second.status, second.body]).toEqual([200, first.body]);
  });

  it('shows a session its own seed, the same when the page is loaded again', async () => {
    const { user, client } = await person();
    const { secret } = await setUp(client);
    expect((await setUp(client)).secret).toBe(secret);
    const other = panel.as(await openSession(panel, user));
    expect((await setUp(other)).secret).not.toBe(secret);
    expect(await enable(other, { token: codeOf(secret), secret })).toMatchObject({
      status: 400,
      body: { error: 'Invalid token', code: 'two_factor.setup_over' },
    });
  });

  it('takes no seed of the caller’s own choice, and none that ran out', async () => {
    const { session, client } = await person();
    const own = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect((await enable(client, { token: codeOf(own), secret: own })).status).toBe(400);
    const { secret } = await setUp(client);
    expect((await enable(client, { token: codeOf(own), secret: own })).status).toBe(400);
    const where = { sessionId: session.sessionId };
    await panel.prisma.twoFactorSetup.update({ where, data: { expiresAt: new Date() } });
    expect((await enable(client, { token: codeOf(secret), secret })).status).toBe(400);
    expect((await setUp(client)).secret).not.toBe(secret);
    expect(await isOn(client)).toBe(false);
  });

  it('refuses a wrong code and names what is missing', async () => {
    const { client } = await person();
    const { secret } = await setUp(client);
    expect(await enable(client, { token: wrongCode(secret), secret })).toMatchObject({
      status: 400,
      body: { error: 'Invalid token' },
    });
    for (const body of [{}, { token: codeOf(secret) }, { secret }, { token: '', secret }, { token: [1], secret: {} }]) {
      expect(await enable(client, body)).toMatchObject({ status: 400, body: { error: 'Missing token or secret' } });
    }
  });

  it('goes over to another seed only with a current code; then seed and codes of before are of no use', async () => {
    const { user, client } = await person();
    const { seed, backupCodes } = await turnOnTwoFactor(panel, user);
    const { secret } = await setUp(client);
    const body = { token: codeOf(secret), secret };
    expect(await enable(client, body)).toMatchObject({ status: 409, body: { code: 'two_factor.on' } });
    expect((await enable(client, { ...body, currentToken: wrongCode(seed) })).status).toBe(400);
    expect((await enable(client, { ...body, currentToken: codeOf(secret) })).status).toBe(400);
    expect((await enable(client, { ...body, currentToken: codeOf(seed) })).status).toBe(200);

    const tempToken = await pendingToken(panel, user);
    expect((await verifyLogin(panel, tempToken, { token: codeOf(seed, 1) })).status).toBe(400);
    expect((await verifyLogin(panel, tempToken, { backupCode: backupCodes[0] })).status).toBe(400);
    expect((await verifyLogin(panel, tempToken, { token: codeOf(secret, 1) })).status).toBe(200);
  });
});

describe('turning two-factor sign-in off', () => {
  const disable = (client: HttpClient, body: object) => client.post('/api/auth/2fa/disable', body);

  it.each(['app', 'backup'] as const)('takes a code (%s); other sessions end, this one stays', async (kind) => {
    const { user, client } = await person();
    const { seed, backupCodes } = await turnOnTwoFactor(panel, user);
    const other = await openSession(panel, user);
    const tempToken = await pendingToken(panel, user);
    expect(await isAlive(other)).toBe(true);
    const token = kind === 'app' ? codeOf(seed) : backupCodes[0];
    expect(await disable(client, { token })).toMatchObject({ status: 200, body: { success: true } });
    expect([await isOn(client), await isAlive(other)]).toEqual([false, false]);
    expect(await actionsOf(user)).toContain('2fa-disabled');
    expect((await mailTo(panel.prisma, user.email)).template).toBe('two-factor-disabled');
    expect(await panel.prisma.backupCode.count({ where: { userId: user.id } })).toBe(0);

    expect((await verifyLogin(panel, tempToken, { token: codeOf(seed, 1) })).status).toBe(400);
    const login = { email: user.email, password: user.password };
    expect((await panel.http.post<{ token: string }>('/api/auth/login', login)).body.token).toMatch(/^ey/);
  });

  it('refuses a wrong code, a used one and none', async () => {
    const { user, client } = await person();
    const { seed } = await turnOnTwoFactor(panel, user);
    const used = codeOf(seed);
    expect((await verifyLogin(panel, await pendingToken(panel, user), { token: used })).status).toBe(200);
    for (const token of [wrongCode(seed), used, '0123456789ab', 'x']) {
      expect(await disable(client, { token })).toMatchObject({ status: 400, body: { error: 'Invalid token' } });
    }
    expect(await disable(client, {})).toMatchObject({ status: 400, body: { error: 'Missing token' } });
    expect(await isOn(client)).toBe(true);
  });

  it('answers 409 when it is not on', async () => {
    const { client } = await person();
    expect(await disable(client, { token: '123456' })).toMatchObject({ status: 409, body: { code: 'two_factor.off' } });
  });

  it('is not done by a new password from a mailed link', async () => {
    const { user } = await person();
    const { seed } = await turnOnTwoFactor(panel, user);
    await panel.http.post('/api/auth/password-reset/request', { email: user.email });
    const { text } = await mailTo(panel.prisma, user.email, 'password-reset');
    const token = /reset-password\/(\w+)/.exec(text)?.[1];
    const pending = await pendingToken(panel, user);
    const reset = await panel.http.post('/api/auth/password-reset/confirm', { token, password: 'New-password-9' });
    expect(reset.status).toBe(200);
    expect(await verifyLogin(panel, pending, { token: codeOf(seed) })).toMatchObject({
      status: 400,
      body: { error: 'Invalid tempToken' },
    });
    const login = { email: user.email, password: 'New-password-9' };
    expect((await panel.http.post('/api/auth/login', login)).body).toMatchObject({ twoFactorRequired: true });
  });
});

describe('new backup codes', () => {
  it('replace the old ones, for a current code', async () => {
    const { user, client } = await person();
    const { seed, backupCodes: old } = await turnOnTwoFactor(panel, user);
    const renew = (token: string) =>
      client.post<{ recoveryCodes: string[] }>('/api/auth/2fa/recovery-codes', { token });
    expect((await renew(wrongCode(seed))).status).toBe(400);
    const { status, body } = await renew(codeOf(seed));
    expect([status, body.recoveryCodes.length]).toEqual([200, 10]);
    expect(await actionsOf(user)).toContain('2fa-recovery-codes');
    const tempToken = await pendingToken(panel, user);
    expect((await verifyLogin(panel, tempToken, { backupCode: old[0] })).status).toBe(400);
    expect((await verifyLogin(panel, tempToken, { backupCode: body.recoveryCodes[0] })).status).toBe(200);
  });
});

it('is not managed with API keys', async () => {
  const { user } = await person();
  const { seed } = await turnOnTwoFactor(panel, user);
  const client = panel.as(await createApiKey(panel, user, { permissions: ['*'] }));
  expect((await client.get('/api/auth/2fa/setup')).status).toBe(403);
  for (const path of ['verify', 'disable', 'recovery-codes']) {
    const answer = await client.post(`/api/auth/2fa/${path}`, { token: codeOf(seed), secret: seed });
    expect([path, answer.status]).toEqual([path, 403]);
  }
});

it('keeps seeds sealed and codes as keyed digests', async () => {
  const { user, client } = await person();
  const { secret } = await setUp(client);
  const pending = await panel.prisma.twoFactorSetup.findMany({ where: { session: { userId: user.id } } });
  const { seed, backupCodes } = await turnOnTwoFactor(panel, user);
  const factor = await panel.prisma.twoFactor.findUniqueOrThrow({
    where: { userId: user.id },
    include: { backupCodes: true },
  });
  expect(pending).toHaveLength(1);
  const stored = JSON.stringify([pending, factor], (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
  for (const text of [secret, seed, ...backupCodes]) expect(stored).not.toContain(text);
  expect(factor.backupCodes).toHaveLength(10);
});
