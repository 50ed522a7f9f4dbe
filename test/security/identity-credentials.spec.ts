import { createHmac, createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jsonwebtoken from 'jsonwebtoken';
import type { Algorithm, JwtPayload } from 'jsonwebtoken';
import { PasswordHasher } from '../../src/identity/passwords/password-hasher.js';
import {
  changeUser,
  createAdmin,
  createApiKey,
  createStaff,
  createUser,
  openSession,
  unique,
} from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { RequestHeaders } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

let panel: TestPanel;
let user: TestUser;
beforeAll(async () => {
  panel = await startPanel({ env: { FRONTEND_URL: 'https://ui.example.com', PANEL_URL: 'https://panel.example.com' } });
  user = await createUser(panel);
});
afterAll(() => panel.close());

const session = (headers: RequestHeaders) => panel.as({ headers }).get<{ error?: string }>('/api/auth/session');
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a credential', () => {
  it.each([
    ['none at all', {}, 'Missing token'],
    ['an unknown scheme', { authorization: 'Basic dXNlcjpwYXNz' }, 'Invalid token format'],
    ['a short bare value', { authorization: 'secret' }, 'Invalid token format'],
    ['a Bearer value of no form', bearer('nonsense'), 'Invalid token'],
    ['an unknown key as Bearer', bearer('a'.repeat(64)), 'Invalid token'],
    ['an unknown key', { authorization: `ApiKey ${'a'.repeat(64)}` }, 'Invalid API key'],
    ['an unknown key in its own header', { 'x-api-key': 'short' }, 'Invalid API key'],
    ['a cookie of no form', { cookie: 'token=nonsense' }, 'Invalid token'],
  ])('of %s is refused with its text', async (_, headers, error) => {
    expect(await session(headers as RequestHeaders)).toMatchObject({ status: 401, body: { error } });
  });

  it('in an unknown Authorization form is refused also beside a good cookie', async () => {
    const { token } = await openSession(panel, user);
    expect((await session({ authorization: 'Basic x', cookie: `token=${token}` })).status).toBe(401);
  });

  it('that is an old token gives way to a good cookie, under the cookie rules', async () => {
    const [old, fresh] = [await openSession(panel, user), await openSession(panel, user)];
    await panel.as(old).post('/api/auth/logout');
    const both = { ...bearer(old.token), cookie: `token=${fresh.token}` };
    expect((await session(both)).status).toBe(200);
    expect((await session({ ...bearer(old.token), cookie: 'token=nonsense' })).body.error).toBe('Invalid session');
    const foreign = { ...both, origin: 'https://evil.example' };
    const write = await panel.as({ headers: foreign }).put('/api/users/me', { settings: { locale: 'en' } });
    expect(write).toMatchObject({ status: 403, body: { error: 'Missing CSRF token' } });
  });

  it('may stand in a cookie called session, as in the public examples', async () => {
    const { token } = await openSession(panel, user);
    expect((await session({ cookie: `session=${token}` })).status).toBe(200);
  });
});

describe('a token', () => {
  const claimsOf = async (): Promise<{ claims: JwtPayload; sessionId: string }> => {
    const { token, sessionId } = await openSession(panel, user);
    return { claims: jsonwebtoken.decode(token) as JwtPayload, sessionId };
  };
  const sign = (claims: object, algorithm: Algorithm = 'HS256', key = panel.config.secrets.jwt) =>
    jsonwebtoken.sign(claims, key, { algorithm });

  it('counts with the claims of a session and no other', async () => {
    const { claims, sessionId } = await claimsOf();
    expect(claims).toMatchObject({ userId: user.id, sessionId, purpose: 'session', aud: 'panel' });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(90 * 86_400);
    expect((await session(bearer(sign(claims)))).status).toBe(200);
    const { purpose: _purpose, ...withoutPurpose } = claims;
    const { aud: _audience, ...withoutAudience } = claims;
    const { sessionId: _sessionId, ...withoutSession } = claims;
    const forged: object[] = [
      withoutPurpose,
      withoutAudience,
      withoutSession,
      { ...claims, purpose: 'two-factor' },
      { ...claims, aud: 'websocket' },
      { ...claims, exp: Math.floor(Date.now() / 1000) - 1 },
      { ...claims, userId: String(user.id) },
      { ...claims, userId: user.id + 0.5 },
      { ...claims, sessionId: [sessionId] },
      { ...claims, nbf: Math.floor(Date.now() / 1000) + 3_600 },
    ];
    for (const claim of forged) expect([claim, (await session(bearer(sign(claim)))).status]).toEqual([claim, 401]);
  });

  it('counts only as HS256 with the key of this panel', async () => {
    const { claims } = await claimsOf();
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
    const emptyKey = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    const tokens = [
      unsigned,
      `${unsigned}x`,
      `${emptyKey}.${createHmac('sha256', '').update(emptyKey).digest('base64url')}`,
      sign(claims, 'HS512'),
      sign(claims, 'HS256', createSecretKey(Buffer.from('another key of some other panel!'))),
    ];
    for (const token of tokens) expect([token, (await session(bearer(token))).status]).toEqual([token, 401]);
  });

  it('names session and account together: another account, or an account that is gone, gets nothing', async () => {
    const { claims } = await claimsOf();
    const other = await createUser(panel);
    expect(await session(bearer(sign({ ...claims, userId: other.id })))).toMatchObject({
      body: { error: 'Invalid session' },
    });
    expect(await session(bearer(sign({ ...claims, userId: 99_999_999 })))).toMatchObject({
      body: { error: 'User not found' },
    });
    expect((await session(bearer(sign({ ...claims, sessionId: 'not-a-uuid' })))).status).toBe(401);
  });

  it('of a mail opens nothing else, and a session token is no mail link', async () => {
    await panel.http.post('/api/auth/password-reset/request', { email: user.email });
    const [link] = linksIn(await mailTo(panel.prisma, user.email, 'password-reset'));
    const reset = link?.pathname.replace('/reset-password/', '') ?? '';
    const { token } = await openSession(panel, user);
    const confirm = (value: string) =>
      panel.http.post('/api/auth/password-reset/confirm', { token: value, password: 'New-password-9' });
    expect((await session(bearer(reset))).status).toBe(401);
    expect((await panel.http.get(`/api/auth/verify-email?token=${reset}`)).status).toBe(400);
    expect((await confirm(token)).status).toBe(400);
    const key = await createApiKey(panel, user);
    expect((await confirm(key.key)).status).toBe(400);
    expect((await panel.http.get(`/api/auth/verify-email?token=${key.key}`)).status).toBe(400);
  });
});

describe('the CSRF rule for cookies', () => {
  const write = async (headers: RequestHeaders) => {
    const { token } = await openSession(panel, user);
    return panel
      .as({ headers: { cookie: `token=${token}`, ...headers } })
      .put('/api/users/me', { settings: { locale: 'en' } });
  };

  it('lets our own pages and programs in', async () => {
    const ours: RequestHeaders[] = [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { origin: 'https://panel.example.com' },
      { origin: 'https://ui.example.com' },
      { referer: 'https://ui.example.com/dashboard' },
    ];
    for (const headers of ours) {
      expect([headers, (await write(headers)).status]).toEqual([headers, 200]);
    }
  });

  it('keeps foreign pages out, until they know the token', async () => {
    for (const origin of ['https://evil.example', 'https://x.ui.example.com', 'null', 'http://ui.example.com']) {
      expect([origin, (await write({ origin })).body]).toMatchObject([origin, { error: 'Missing CSRF token' }]);
    }
    expect(await write({ 'sec-fetch-site': 'cross-site', 'x-csrf-token': 'f'.repeat(64) })).toMatchObject({
      status: 403,
      body: { error: 'Invalid CSRF token' },
    });
    const own = await openSession(panel, user);
    const { csrfToken } = (await panel.as(own).get<{ csrfToken: string }>('/api/auth/csrf-token')).body;
    const headers = { cookie: `token=${own.token}`, origin: 'https://evil.example', 'x-csrf-token': csrfToken };
    expect((await panel.as({ headers }).put('/api/users/me', { settings: {} })).status).toBe(200);
  });

  it('asks nothing of headers that no page can forge', async () => {
    const own = await openSession(panel, user);
    const headers = { ...own.headers, origin: 'https://evil.example' };
    expect((await panel.as({ headers }).put('/api/users/me', { settings: {} })).status).toBe(200);
  });
});

describe('on the next request', () => {
  const refusal = (headers: RequestHeaders) =>
    until('the credential is refused', async () => {
      const answer = await session(headers);
      return answer.status === 401 ? answer : undefined;
    });
  const cached = async (headers: RequestHeaders) => expect((await session(headers)).status).toBe(200);

  it('a suspended account is refused, by session and by key, and let in again', async () => {
    const target = await createUser(panel);
    const callers = [await openSession(panel, target), await createApiKey(panel, target, { permissions: ['*'] })];
    const root = panel.as(await openSession(panel, await createAdmin(panel)));
    for (const { headers } of callers) await cached(headers);
    await root.put(`/api/users/${target.id}`, { suspended: true });
    for (const { headers } of callers) {
      expect(await session(headers)).toMatchObject({
        status: 403,
        body: { error: 'Account is suspended. Please contact support.' },
      });
    }
    await root.put(`/api/users/${target.id}`, { suspended: false });
    for (const { headers } of callers) await cached(headers);
  });

  it('an account that is being deleted is frozen', async () => {
    const target = await createUser(panel);
    const { headers } = await openSession(panel, target);
    await cached(headers);
    await changeUser(panel, target, { pendingDeletionUntil: new Date(Date.now() + 60_000) });
    expect(await session(headers)).toMatchObject({
      status: 403,
      body: { error: 'Account is pending deletion and currently frozen' },
    });
  });

  it('a key does not do what its owner may not do any more', async () => {
    const owner = await createStaff(panel, ['roles:read', 'apikeys:create']);
    const key = panel.as(await createApiKey(panel, owner, { permissions: ['*'] }));
    expect((await key.get('/api/roles')).status).toBe(200);
    const root = panel.as(await openSession(panel, await createAdmin(panel)));
    const [assigned] = (await root.get<{ id: number }[]>(`/api/users/${owner.id}/roles`)).body;
    await root.delete(`/api/users/${owner.id}/roles/${assigned?.id}`);
    expect((await key.get('/api/roles')).status).toBe(403);
  });

  it('an admin key is nothing special when its owner is no superuser any more', async () => {
    const [owner, root] = [await createAdmin(panel), await createAdmin(panel)];
    const key = panel.as(await createApiKey(panel, owner, { type: 'admin' }));
    expect((await key.get('/api/roles')).status).toBe(200);
    await panel.as(await openSession(panel, root)).put(`/api/users/${owner.id}`, { role: '' });
    expect((await key.get('/api/roles')).status).toBe(403);
  });

  it('a key that ran out is refused', async () => {
    const { key } = await createApiKey(panel, user, { expiresAt: new Date(Date.now() + 700) });
    await cached({ 'x-api-key': key });
    const refused = await refusal(bearer(key));
    expect(refused.body.error).toBe('Invalid API key');
  });

  it('a session that ran out is refused, though it was known', async () => {
    const own = await openSession(panel, user);
    await panel.prisma.session.update({
      where: { id: own.sessionId },
      data: { expiresAt: new Date(Date.now() + 700) },
    });
    await cached(own.headers);
    expect((await refusal(own.headers)).body.error).toBe('Invalid session');
  });
});

describe('an API key', () => {
  it('does what it and its owner may do, nothing more', async () => {
    const root = await createAdmin(panel);
    const reader = panel.as(await createApiKey(panel, root, { permissions: ['users:read'] }));
    expect((await reader.get(`/api/users/${user.id}`)).status).toBe(200);
    expect((await reader.put(`/api/users/${user.id}`, { title: 'x' })).status).toBe(403);
    expect(await reader.get('/api/roles')).toMatchObject({
      status: 403,
      body: { error: 'Insufficient permissions (api key)' },
    });
    const wide = panel.as(await createApiKey(panel, user, { permissions: ['*'] }));
    expect(await wide.get('/api/roles')).toMatchObject({ status: 403, body: { error: 'Insufficient permissions' } });
  });

  it('of a superuser makes nobody more than it is itself', async () => {
    const root = await createAdmin(panel);
    const target = await createUser(panel);
    const key = panel.as(await createApiKey(panel, root, { permissions: ['users:write'] }));
    for (const change of [{ role: 'rootAdmin' }, { limits: {} }, { portalType: 'paid' }]) {
      expect([change, (await key.put(`/api/users/${target.id}`, change)).status]).toEqual([change, 403]);
    }
    expect((await key.put('/api/users/me', { role: '*' })).status).toBe(403);
    expect((await key.put(`/api/users/${target.id}`, { title: 'x' })).status).toBe(200);
    const whole = panel.as(await createApiKey(panel, root, { permissions: ['*'] }));
    expect((await whole.put(`/api/users/${target.id}`, { portalType: 'paid' })).status).toBe(200);
  });

  it('does not get at the security of its account, and never opens a session', async () => {
    const { headers } = await createApiKey(panel, await createAdmin(panel), { type: 'admin' });
    const client = panel.as({ headers });
    const answers = [
      await client.get('/api/sessions/me'),
      await client.get('/api/ssh-keys'),
      await client.post('/api/ssh-keys', { name: 'x', publicKey: 'x' }),
      await client.post('/api/apikeys', { name: 'x', type: 'client' }),
      await client.post('/api/auth/verify-email', { code: '123456' }),
      await client.post('/api/auth/resend-verification', {}),
      await client.put(`/api/users/${user.id}`, { password: 'New-password-9' }),
    ];
    for (const { status, body } of answers) {
      expect([status, body]).toMatchObject([403, { code: 'auth.session_required' }]);
      expect((body as { error: string }).error).not.toMatch(/token|csrf/i);
    }
    expect(answers.filter((answer) => answer.headers['set-cookie'] !== undefined)).toEqual([]);
    expect(await panel.prisma.session.count({ where: { method: 'password', userId: user.id, userAgent: null } })).toBe(
      0,
    );
  });

  it('bound to addresses works from there alone, whatever the headers claim', async () => {
    const allowedIps = ['203.0.113.0/24', '2001:db8:7::/48', '198.51.100.5', '::ffff:192.0.2.128/121'];
    const { headers } = await createApiKey(panel, user, { allowedIps });
    const from = async (address: string) => (await session({ ...headers, 'x-forwarded-for': address })).status;
    // The tests come from a trusted proxy (loopback), so the right-most foreign address is the client.
    for (const inside of [
      '203.0.113.9',
      '2001:db8:7:1::1',
      '::ffff:203.0.113.9',
      '198.51.100.5',
      '192.0.2.129',
      '::ffff:192.0.2.200',
      '[2001:db8:7::2]:443',
    ]) {
      expect([inside, await from(inside)]).toEqual([inside, 200]);
    }
    for (const outside of [
      '203.0.114.1',
      '2001:db8:8::1',
      '::ffff:198.51.100.6',
      '203.0.113.9, 192.0.2.1',
      '192.0.2.1',
      '',
    ]) {
      expect([outside, await from(outside)]).toEqual([outside, 401]);
    }
    expect((await session(headers)).status).toBe(401);
  });
});

describe('whether an account exists', () => {
  const shape = ({ status, body }: { status: number; body: unknown }) => ({
    status,
    body: { ...(body as object), requestId: undefined },
  });

  it('is not told by the sign-in: same answer, same work', async () => {
    const hasher = panel.app.get(PasswordHasher);
    const attempt = async (email: string) => {
      const [comparisons, statements] = [hasher.comparisons, panel.database.statements];
      const answer = await panel.http.post('/api/auth/login', { email, password: 'Wrong-password-1' });
      return {
        ...shape(answer),
        hashes: hasher.comparisons - comparisons,
        statements: panel.database.statements - statements,
      };
    };
    const least = async (email: () => Promise<string> | string) => {
      const attempts = [];
      for (let round = 0; round < 4; round++) attempts.push(await attempt(await email()));
      return attempts.sort((left, right) => left.statements - right.statements)[0];
    };
    const known = await least(async () => (await createUser(panel)).email);
    const unknown = await least(() => `${unique()}@example.test`);
    expect(known).toMatchObject({ status: 401, hashes: 1 });
    expect(unknown).toEqual(known);
  });

  it('is not told by the lock: unknown addresses are locked alike', async () => {
    const email = `${unique()}@example.test`;
    const attempt = () => panel.http.post('/api/auth/login', { email, password: 'Wrong-password-1' });
    const statuses = [];
    for (let round = 0; round < 6; round++) statuses.push((await attempt()).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('is not told by the reset: same answer, and the work is done afterwards', async () => {
    const request = (email: string) => panel.http.post('/api/auth/password-reset/request', { email });
    const before = panel.database.statements;
    const known = await request((await createUser(panel)).email);
    expect(shape(await request(`${unique()}@example.test`))).toEqual(shape(known));
    expect(known).toMatchObject({ status: 200, body: { success: true } });
    expect(panel.database.statements).toBeGreaterThan(before);
  });

  it('is not told by profiles', async () => {
    const stranger = panel.as(await openSession(panel, await createUser(panel)));
    expect(shape(await stranger.get(`/api/users/${user.id}`))).toEqual(
      shape(await stranger.get('/api/users/99999999')),
    );
  });
});

it('tells no hash, digest or secret in any answer about accounts', async () => {
  const root = await createAdmin(panel);
  const client = panel.as(await openSession(panel, root));
  await createApiKey(panel, root);
  const { passwordHash } = await panel.prisma.user.findUniqueOrThrow({ where: { id: root.id } });
  const paths = [
    '/api/auth/session',
    '/api/users/me',
    '/api/apikeys',
    '/api/apikeys/my',
    '/api/sessions/me',
    '/api/ssh-keys',
  ];
  for (const path of [
    ...paths,
    '/api/users/me/logs',
    '/api/roles',
    `/api/users/${user.id}`,
    `/api/users/${user.id}/roles`,
  ]) {
    const { status, text } = await client.get(path);
    expect([path, status]).toEqual([path, 200]);
    expect(text).not.toContain(passwordHash);
    expect(text).not.toMatch(/passwordHash|digest|\$argon2/);
  }
});

it('sets a secure cookie for one site, and SameSite=None only for another', async () => {
  const signIn = async (host: TestPanel) => {
    const { email, password } = await createUser(host);
    return (await host.http.post('/api/auth/login', { email, password })).headers['set-cookie'];
  };
  expect(await signIn(panel)).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
  const other = await startPanel({
    env: {
      FRONTEND_URL: 'https://ui.example.org',
      PANEL_URL: 'https://panel.example.com',
      JWT_COOKIE_DOMAIN: 'example.com',
      JWT_COOKIE_NAME: 'sid',
    },
  });
  try {
    expect(await signIn(other)).toMatch(/^sid=.*; Domain=example\.com; Path=\/; .*HttpOnly; Secure; SameSite=None$/);
  } finally {
    await other.close();
  }
});
