import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomSecret } from '../../src/common/crypto/digest.js';
import { EmailTokenPurpose } from '../../src/generated/prisma/enums.js';
import { Challenges } from '../../src/identity/challenges/challenges.service.js';
import { EmailTokens } from '../../src/identity/email-verification/email-tokens.js';
import { PasswordHasher } from '../../src/identity/passwords/password-hasher.js';
import { createApiKey, createNode, createUser, openSession, PASSWORD, unique } from '../support/factories.js';
import type { TestNode, TestUser } from '../support/factories.js';
import type { RequestHeaders } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { codeOf, pendingToken, turnOnTwoFactor } from '../support/two-factor.js';

let panel: TestPanel;
let node: TestNode;
beforeAll(async () => {
  panel = await startPanel();
  node = await createNode(panel);
});
afterAll(() => panel.close());

describe('each token is good where it was made for, and nowhere else', () => {
  /** Somebody for whom all that can be signed or mailed is under way. */
  interface Holder extends TestUser {
    readonly seed: string;
  }

  const mailed = (purpose: EmailTokenPurpose) => async (user: Holder) => {
    const secret = randomSecret();
    // As a link: codes, which are shorter, lie apart.
    const kept = purpose === 'verify' ? `link:${secret}` : secret;
    const token = { userId: user.id, email: user.email, purpose, secret: kept, lifetimeSeconds: 600 };
    await panel.prisma.$transaction((tx) => panel.app.get(EmailTokens, { strict: false }).add(tx, token));
    return secret;
  };
  const challenge = (kind: 'student_verification' | 'external_sign_in') => async (user: Holder) => {
    const state = randomSecret();
    const issued = { userId: user.id, lifetimeSeconds: 600, payload: { browser: '' } };
    await panel.app.get(Challenges, { strict: false }).issue(kind, state, issued);
    return state;
  };
  const TOKENS: Readonly<Record<string, (user: Holder) => Promise<string> | string>> = {
    session: async (user) => (await openSession(panel, user)).token,
    'API key': async (user) => (await createApiKey(panel, user, { permissions: ['*'] })).key,
    'sign-in that waits': (user) => pendingToken(panel, user),
    'verification link': mailed('verify'),
    'reset link': mailed('password_reset'),
    'restore link': mailed('restore_email'),
    'cancellation link': mailed('cancel_deletion'),
    'state of a student': challenge('student_verification'),
    node: () => `${node.tokenId}.${node.token}`,
  };

  const status = async (path: string, headers: RequestHeaders) => (await panel.as({ headers }).get(path)).status;
  const posted = async (path: string, body: object) => (await panel.http.post(path, body)).status;
  const CONSUMERS: Readonly<Record<string, (token: string, user: Holder) => Promise<number>>> = {
    'Bearer header': (token) => status('/api/users/me', { authorization: `Bearer ${token}` }),
    'ApiKey header': (token) => status('/api/users/me', { authorization: `ApiKey ${token}` }),
    'X-API-Key header': (token) => status('/api/users/me', { 'x-api-key': token }),
    cookie: (token) => status('/api/users/me', { cookie: `token=${token}` }),
    'daemon route': (token) => status('/api/remote/servers', { ...node.headers, authorization: `Bearer ${token}` }),
    'second factor': (token, { seed }) =>
      posted('/api/auth/2fa/verify-login', { tempToken: token, token: codeOf(seed) }),
    verification: (token) => status(`/api/auth/verify-email?token=${token}`, {}),
    reset: (token) => posted('/api/auth/password-reset/confirm', { token, password: 'New-password-9' }),
    restoration: (token) => status(`/api/auth/restore-email?token=${token}`, {}),
    cancellation: (token) => posted('/api/deletion-requests/cancel', { token }),
  };

  const OPENS: Readonly<Record<string, readonly string[]>> = {
    'Bearer header': ['session', 'API key'],
    'ApiKey header': ['API key'],
    'X-API-Key header': ['API key'],
    cookie: ['session'],
    'daemon route': ['node'],
    'second factor': ['sign-in that waits'],
    verification: ['verification link'],
    reset: ['reset link'],
    restoration: ['restore link'],
    cancellation: ['cancellation link'],
  };

  async function createHolder(): Promise<Holder> {
    const user = await createUser(panel);
    await panel.prisma.deletionRequest.create({ data: { userId: user.id }, select: { id: true } });
    const { seed } = await turnOnTwoFactor(panel, user);
    return { ...user, seed };
  }

  it.each(Object.keys(CONSUMERS))('%s', async (consumer) => {
    const opened: string[] = [];
    for (const [name, make] of Object.entries(TOKENS)) {
      const holder = await createHolder();
      const answer = (await CONSUMERS[consumer]?.(await make(holder), holder)) ?? 0;
      expect([name, answer < 500]).toEqual([name, true]);
      if (answer < 400) opened.push(name);
    }
    expect(opened).toEqual(OPENS[consumer]);
  });

  it('and there is a line for every purpose of a mail', () => {
    const purposes: EmailTokenPurpose[] = ['verify', 'password_reset', 'restore_email', 'cancel_deletion'];
    expect(Object.values(EmailTokenPurpose).sort()).toEqual(purposes.sort());
  });
});

describe('a wrong password', () => {
  const KINDS: Readonly<Record<string, () => Promise<{ readonly email: string }>>> = {
    'an unknown address': () => Promise.resolve({ email: `${unique()}@example.test` }),
    'an account': () => createUser(panel),
    'one that is suspended': () => createUser(panel, { suspended: true }),
    'one that is closed for its deletion': () =>
      createUser(panel, { pendingDeletionUntil: new Date(Date.now() + 86_400_000) }),
    'one whose address was never proved': () => createUser(panel, { emailVerified: false }),
    'one without a password': () => createUser(panel, { passwordHash: '' }),
    'one with a second factor': async () => {
      const user = await createUser(panel);
      await turnOnTwoFactor(panel, user);
      return user;
    },
  };

  /** Counted instead of timed: a busy machine tells other times, never other numbers. The least of several tries. */
  async function costOf(find: () => Promise<{ readonly email: string }>): Promise<object> {
    const hasher = panel.app.get(PasswordHasher, { strict: false });
    const tries = [];
    for (let round = 0; round < 4; round++) {
      const { email } = await find();
      const [comparisons, statements] = [hasher.comparisons, panel.database.statements];
      const { status, body } = await panel.http.post('/api/auth/login', { email, password: `not ${PASSWORD}` });
      tries.push({
        status,
        body: { ...(body as object), requestId: '' },
        comparisons: hasher.comparisons - comparisons,
        statements: panel.database.statements - statements,
      });
    }
    // Jobs of the panel run between: they add statements, but take none away.
    return tries.sort((left, right) => left.statements - right.statements)[0] ?? {};
  }

  it('is answered alike, after the same work, whatever account there is or is not', async () => {
    const costs: Record<string, object> = {};
    for (const [kind, find] of Object.entries(KINDS)) costs[kind] = await costOf(find);
    const unknown = costs['an unknown address'];
    expect(unknown).toMatchObject({ status: 401, comparisons: 1, body: { error: 'Invalid credentials' } });
    expect(costs).toEqual(Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, unknown])));
  });
});

describe('what nobody may set', () => {
  it('is not set with a new API key, an SSH key or an organisation', async () => {
    const [user, other] = [await createUser(panel), await createUser(panel)];
    const client = panel.as(await openSession(panel, user));
    const extra = { id: 77_777, createdAt: '2001-01-01T00:00:00Z', lastUsedAt: '2001-01-01T00:00:00Z' };
    const secrets = { digest: 'ff'.repeat(32), lastFour: 'ffff', ownerId: other.id, user: { id: other.id } };
    const body = { name: 'x', type: 'client', ...extra, ...secrets };
    const { status, body: made } = await client.post<{ id: number; apiKey: string }>('/api/apikeys', body);
    expect(status).toBe(200);
    const row = await panel.prisma.apiKey.findUniqueOrThrow({ where: { id: made.id } });
    expect(row).toMatchObject({ userId: user.id, lastUsedAt: null, lastFour: made.apiKey.slice(-4) });
    expect(row.id).not.toBe(extra.id);
    expect(row.createdAt.getFullYear()).toBeGreaterThan(2001);
    expect(Buffer.from(row.digest).toString('hex')).not.toBe(secrets.digest);
  });

  it('in the account is not set by its owner: every column of the model is tried', async () => {
    const user = await createUser(panel);
    const client = panel.as(await openSession(panel, user));
    const before = await panel.prisma.user.findUniqueOrThrow({ where: { id: user.id } });
    const own = new Set(['email', 'settings', 'firstName', 'middleName', 'lastName', 'displayName', 'title', 'gender']);
    const isOpen = (column: string): boolean =>
      own.has(column) || /^(phone|address|billing|dateOfBirth|guideShown|updatedAt)/.test(column);
    const closed = Object.entries(before).filter(([column]) => !isOpen(column));
    expect(closed.map(([column]) => column)).toEqual(expect.arrayContaining(['role', 'limits', 'portalType', 'uuid']));
    for (const [column, value] of closed) {
      await client.put('/api/users/me', { [column]: valueOtherThan(value), displayName: 'Robin' });
    }
    const after = await panel.prisma.user.findUniqueOrThrow({ where: { id: user.id } });
    const kept = Object.fromEntries(closed.filter(([column]) => column !== 'lastPanelActivityAt'));
    expect(after).toMatchObject(kept);
  });
});

/** Something of the same kind, or of the kind that the column would take. */
function valueOtherThan(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (value instanceof Date) return new Date(0).toISOString();
  return value === null ? '2030-01-01T00:00:00.000Z' : 'rootAdmin';
}
