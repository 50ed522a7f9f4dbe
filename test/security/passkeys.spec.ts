import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createUser } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createPasskeyUser, requestOptions, signIn } from '../support/passkeys.js';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const REFUSED = { status: 401, body: { error: 'Authentication failed', code: 'passkeys.refused' } };
const NO_CHALLENGE = { status: 400, body: { error: 'No challenge' } };

describe('a passkey of somebody else', () => {
  it('opens no account but its own, whatever address and handle go with it', async () => {
    const [victim, attacker] = [await createPasskeyUser(panel), await createPasskeyUser(panel)];
    const handle = Buffer.from(String(victim.user.id)).toString('base64url');
    for (const userHandle of [undefined, null, handle]) {
      const options = await requestOptions(panel, victim.user.email);
      const pretence = userHandle === undefined ? {} : { userHandle };
      const answer = await signIn(panel, attacker.authenticator.get(options, pretence), victim.user.email);
      expect(answer).toMatchObject(REFUSED);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    const usernameless = attacker.authenticator.get(await requestOptions(panel), { userHandle: handle });
    expect(await signIn(panel, usernameless)).toMatchObject(REFUSED);
    expect(await panel.prisma.session.count({ where: { userId: victim.user.id, method: 'passkey' } })).toBe(0);
  });

  it('opens nothing under the id of the right one', async () => {
    const [victim, attacker] = [await createPasskeyUser(panel), await createPasskeyUser(panel)];
    const options = await requestOptions(panel, victim.user.email);
    const forged = attacker.authenticator.get(options, { credentialId: victim.authenticator.credentialId });
    expect(await signIn(panel, forged, victim.user.email)).toMatchObject(REFUSED);
  });

  it('does not open an account without passkeys', async () => {
    const [victim, attacker] = [await createUser(panel), await createPasskeyUser(panel)];
    const options = await requestOptions(panel, victim.email);
    expect(await signIn(panel, attacker.authenticator.get(options), victim.email)).toMatchObject(REFUSED);
  });

  it('does not answer the challenge that another account was asked', async () => {
    const [one, other] = [await createPasskeyUser(panel), await createPasskeyUser(panel)];
    const options = await requestOptions(panel, one.user.email);
    expect(await signIn(panel, other.authenticator.get(options), other.user.email)).toMatchObject(REFUSED);
  });
});

describe('an assertion', () => {
  it.each([
    ['for another page', { origin: 'https://evil.example' }],
    ['for a page on another port', { origin: 'http://localhost:9999' }],
    ['for another relying party', { rpId: 'evil.example' }],
    ['without verification of the user', { userVerified: false }],
    ['with a counter that stands still', { counter: 5 }],
    ['with a counter that goes back', { counter: 4 }],
    ['with a counter that fell to nothing', { counter: 0 }],
  ])('%s is refused', async (_what, pretence) => {
    const { user, authenticator } = await createPasskeyUser(panel);
    await panel.prisma.passkey.updateMany({ where: { userId: user.id }, data: { counter: 5 } });
    const options = await requestOptions(panel, user.email);
    expect(await signIn(panel, authenticator.get(options, pretence), user.email)).toMatchObject(REFUSED);
    const good = authenticator.get(await requestOptions(panel, user.email), { counter: 6 });
    expect((await signIn(panel, good, user.email)).status).toBe(200);
  });

  it('is not believed for a page that the request itself names', async () => {
    const { user, authenticator } = await createPasskeyUser(panel);
    const origin = 'https://evil.example';
    const assertion = authenticator.get(await requestOptions(panel, user.email), { origin });
    const body = { email: user.email, authenticationResponse: assertion };
    const answer = await panel.http.post('/api/auth/passkey/authenticate', body, { headers: { origin } });
    expect(answer).toMatchObject(REFUSED);
  });

  it('works once, and a failed one uses the challenge up as well', async () => {
    const { user, authenticator } = await createPasskeyUser(panel);
    const options = await requestOptions(panel, user.email);
    const assertion = authenticator.get(options);
    expect((await signIn(panel, assertion, user.email)).status).toBe(200);
    expect(await signIn(panel, assertion, user.email)).toMatchObject(NO_CHALLENGE);
    const another = await requestOptions(panel, user.email);
    const bad = authenticator.get(another, { origin: 'https://evil.example' });
    expect(await signIn(panel, bad, user.email)).toMatchObject(REFUSED);
    expect(await signIn(panel, authenticator.get(another), user.email)).toMatchObject(NO_CHALLENGE);
  });

  it('with a challenge that the panel never gave, or gave for something else, is refused', async () => {
    const { user, caller, authenticator } = await createPasskeyUser(panel);
    const options = await requestOptions(panel, user.email);
    const invented = authenticator.get(options, { challenge: 'AAAA' });
    expect(await signIn(panel, invented, user.email)).toMatchObject(NO_CHALLENGE);
    const { body } = await caller.post<{ challenge: string }>('/api/auth/passkey/register-challenge');
    const crossed = authenticator.get({ challenge: body.challenge });
    expect(await signIn(panel, crossed, user.email)).toMatchObject(NO_CHALLENGE);
  });
});

describe('sign-ins by passkey', () => {
  it('are limited for an account and address, so that a stranger does not lock its owner out', async () => {
    const env = { PASSKEY_SIGNIN_RATE_ACCOUNT: '2' };
    const limited = await startPanel({ env });
    try {
      const { user, authenticator } = await createPasskeyUser(limited);
      const attempt = async (ip: string, pretence: object) => {
        const authenticationResponse = authenticator.get(await requestOptions(limited, user.email), pretence);
        const body = { email: user.email, authenticationResponse };
        const headers = { 'x-forwarded-for': ip };
        return (await limited.http.post('/api/auth/passkey/authenticate', body, { headers })).status;
      };
      const wrong = { origin: 'https://evil.example' };
      const statuses = [];
      for (let time = 0; time < 3; time++) statuses.push(await attempt('203.0.113.9', wrong));
      expect(statuses).toEqual([401, 401, 429]);
      expect(await attempt('203.0.113.10', {})).toBe(200);
    } finally {
      await limited.close();
    }
  });
});
