import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SoftwareAuthenticator } from '../support/authenticator.js';
import { changeUser, createApiKey, createUser, openSession, unique } from '../support/factories.js';
import { mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createPasskeyUser, creationOptions, pageOf, requestOptions, signIn } from '../support/passkeys.js';

interface Listed {
  id: number;
  name: string;
  credentialID: string;
  transports: string;
  lastUsedAt: string | null;
}

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const register = (caller: TestPanel['http'], attestationResponse: object) =>
  caller.post('/api/auth/passkey/register', { attestationResponse });

describe('a passkey', () => {
  it('is added, listed, renamed and deleted by its owner, who is told by mail', async () => {
    const { user, caller, authenticator, passkeyId } = await createPasskeyUser(panel);
    const list = await caller.get<Listed[]>('/api/auth/passkeys');
    expect(list.body).toEqual([
      {
        id: passkeyId,
        name: 'Passkey #1',
        credentialID: authenticator.credentialId,
        transports: 'internal',
        createdAt: expect.any(String),
        lastUsedAt: null,
      },
    ]);
    expect((await mailTo(panel.prisma, user.email, 'passkey-added')).text).toContain('Passkey #1');
    expect((await caller.put(`/api/auth/passkeys/${passkeyId}`, { name: ' Laptop ' })).body).toEqual({
      success: true,
      passkey: { id: passkeyId, name: 'Laptop' },
    });
    expect((await caller.put(`/api/auth/passkeys/${passkeyId}`, { name: ' ' })).body).toMatchObject({
      error: 'name is required',
    });
    expect((await caller.delete(`/api/auth/passkeys/${passkeyId}`)).body).toEqual({ success: true });
    expect((await mailTo(panel.prisma, user.email, 'passkey-removed')).text).toContain('Laptop');
    expect((await caller.delete(`/api/auth/passkeys/${passkeyId}`)).status).toBe(404);
    const actions = await panel.prisma.activityEntry.findMany({ where: { userId: user.id }, orderBy: { id: 'asc' } });
    expect(actions.map(({ action }) => action)).toEqual(['passkey-added', 'passkey-removed']);
  });

  it('counts in the session of its owner at once', async () => {
    const { caller, passkeyId } = await createPasskeyUser(panel);
    const count = async () =>
      (await caller.get<{ user: { passkeyCount: number } }>('/api/auth/session')).body.user.passkeyCount;
    expect(await count()).toBe(1);
    await caller.delete(`/api/auth/passkeys/${passkeyId}`);
    expect(await count()).toBe(0);
  });

  it('is asked for with what the contract promises, and not twice from one authenticator', async () => {
    const { user, caller, authenticator } = await createPasskeyUser(panel);
    const { body } = await caller.post('/api/auth/passkey/register-challenge');
    expect(body).toMatchObject({
      rp: { id: new URL(pageOf(panel)).hostname, name: 'EcliPanel' },
      user: { id: Buffer.from(String(user.id)).toString('base64url'), name: user.email },
      timeout: 300_000,
      attestation: 'none',
      excludeCredentials: [{ id: authenticator.credentialId, type: 'public-key' }],
      authenticatorSelection: { userVerification: 'required' },
    });
    expect((await register(caller, authenticator.create(await creationOptions(caller)))).status).toBe(409);
    const other = panel.as(await openSession(panel, await createUser(panel)));
    expect((await register(other, authenticator.create(await creationOptions(other)))).status).toBe(409);
  });

  it('is not for API keys', async () => {
    const key = panel.as(await createApiKey(panel, await createUser(panel), { permissions: ['*'] }));
    expect((await key.post('/api/auth/passkey/register-challenge')).status).toBe(403);
    expect((await key.get('/api/auth/passkeys')).status).toBe(403);
  });

  it('that is the last way to sign in stays', async () => {
    const { user, caller, passkeyId } = await createPasskeyUser(panel);
    await changeUser(panel, user, { passwordHash: '' });
    expect(await caller.delete(`/api/auth/passkeys/${passkeyId}`)).toMatchObject({
      status: 409,
      body: { code: 'auth.last_sign_in_method' },
    });
    expect((await caller.get<Listed[]>('/api/auth/passkeys')).body).toHaveLength(1);
  });
});

describe('adding a passkey', () => {
  it.each([
    ['another page', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['an authenticator that verified nobody', { userVerified: false }],
  ])('from %s is refused', async (_what, pretence) => {
    const caller = panel.as(await openSession(panel, await createUser(panel)));
    const authenticator = new SoftwareAuthenticator(pageOf(panel));
    const answer = await register(caller, authenticator.create(await creationOptions(caller), pretence));
    expect(answer).toMatchObject({ status: 400, body: { error: 'The passkey could not be verified' } });
  });

  it('needs the newest challenge, the own one, and works once with it', async () => {
    const caller = panel.as(await openSession(panel, await createUser(panel)));
    const other = panel.as(await openSession(panel, await createUser(panel)));
    const [first, second] = [await creationOptions(caller), await creationOptions(caller)];
    const device = () => new SoftwareAuthenticator(pageOf(panel));
    const noChallenge = { status: 400, body: { error: 'No challenge' } };
    expect(await register(caller, device().create(first))).toMatchObject(noChallenge);
    expect(await register(other, device().create(await creationOptions(caller)))).toMatchObject(noChallenge);
    expect(await register(caller, device().create(second))).toMatchObject(noChallenge);
    const fresh = await creationOptions(caller);
    expect((await register(caller, device().create(fresh))).status).toBe(200);
    expect(await register(caller, device().create(fresh))).toMatchObject(noChallenge);
  });

  it('with a challenge that ran out is refused', async () => {
    const caller = panel.as(await openSession(panel, await createUser(panel)));
    const options = await creationOptions(caller);
    await panel.prisma.challenge.updateMany({ data: { expiresAt: new Date() } });
    const answer = await register(caller, new SoftwareAuthenticator(pageOf(panel)).create(options));
    expect(answer).toMatchObject({ status: 400, body: { error: 'No challenge' } });
  });
});

describe('signing in by passkey', () => {
  it('opens a session like a password does, and notes how', async () => {
    const { user, caller, authenticator } = await createPasskeyUser(panel);
    const answer = await signIn(
      panel,
      authenticator.get(await requestOptions(panel, user.email)),
      ` ${user.email.toUpperCase()}`,
    );
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toMatch(/^token=ey.*HttpOnly/);
    expect(answer.body.user).toMatchObject({ id: user.id, passkeyCount: 1 });
    const session = panel.as({ headers: { authorization: `Bearer ${answer.body.token}` } });
    expect((await session.get('/api/auth/session')).status).toBe(200);
    expect(await panel.prisma.session.count({ where: { userId: user.id, method: 'passkey' } })).toBe(1);
    expect(await panel.prisma.activityEntry.count({ where: { userId: user.id, action: 'login_passkey' } })).toBe(1);
    expect((await caller.get<Listed[]>('/api/auth/passkeys')).body[0]?.lastUsedAt).not.toBeNull();
  });

  it('works without an address: the authenticator says whose passkey it is', async () => {
    const { user, authenticator } = await createPasskeyUser(panel);
    const options = await requestOptions(panel);
    expect(options).not.toHaveProperty('allowCredentials.0');
    expect((await signIn(panel, authenticator.get(options))).body.user.id).toBe(user.id);
    const unnamed = authenticator.get(await requestOptions(panel), { userHandle: null });
    expect((await signIn(panel, unnamed)).status).toBe(401);
  });

  it('works again and again with an authenticator that does not count', async () => {
    const { user, authenticator } = await createPasskeyUser(panel, false);
    for (let time = 0; time < 3; time++) {
      const answer = await signIn(panel, authenticator.get(await requestOptions(panel, user.email)), user.email);
      expect(answer.status).toBe(200);
    }
  });

  it('lets nobody in whose account is suspended', async () => {
    const { user, authenticator } = await createPasskeyUser(panel);
    await changeUser(panel, user, { suspended: true });
    const answer = await signIn(panel, authenticator.get(await requestOptions(panel, user.email)), user.email);
    expect(answer).toMatchObject({ status: 403, body: { code: 'auth.suspended' } });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('tells the same of an address that is unknown and of one without passkeys', async () => {
    const without = await createUser(panel);
    const shape = async (email: string) => {
      const answer = await panel.http.post<{ challenge: string; allowCredentials: { id: string }[] }>(
        '/api/auth/passkey/authenticate-challenge',
        { email },
      );
      const { challenge: _, allowCredentials, ...rest } = answer.body;
      return { status: answer.status, rest, ids: allowCredentials.map(({ id }) => id) };
    };
    const [unknown, known] = [`${unique()}@example.test`, without.email];
    const [first, second, other] = [await shape(unknown), await shape(unknown), await shape(known)];
    // Always the same made-up passkey: one that changed would be recognised.
    expect(first).toEqual(second);
    expect({ ...other, ids: other.ids.length }).toEqual({ ...first, ids: 1 });
    expect(other.ids[0]).not.toBe(first.ids[0]);
    expect(other.ids[0]).toHaveLength(first.ids[0]?.length ?? 0);
  });
});
