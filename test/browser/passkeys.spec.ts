import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startChromium } from '../support/chromium.js';
import type { RunningChromium } from '../support/chromium.js';
import { PasskeyPage } from '../support/passkey-page.js';
import type { PageAnswer, PasskeyOptions } from '../support/passkey-page.js';
import { startPanelProcess } from '../support/process.js';
import type { PanelProcess } from '../support/process.js';
import { codeOf } from '../support/two-factor.js';

interface Person {
  readonly email: string;
  readonly password: string;
}
interface Session {
  readonly user: { readonly email: string; readonly passkeyCount: number };
}
interface Passkey {
  readonly id: number;
  readonly name: string;
  readonly transports: string;
  readonly lastUsedAt: string | null;
}

const dataDir = mkdtempSync(join(tmpdir(), 'panel-browser-'));
const REFUSED = { status: 401, body: { error: 'Authentication failed' } };
let panel: PanelProcess;
let browser: RunningChromium;
let page: PasskeyPage;
let people = 0;

beforeAll(async () => {
  panel = await startPanelProcess({ DATA_DIR: dataDir, REGISTER_RATE_IP: '100', AUTH_LOGIN_RATE_IP: '100' });
  browser = await startChromium();
  // Passkeys are for names, not for addresses: the panel calls itself localhost when nothing else is configured.
  page = await PasskeyPage.open(browser.page, `http://localhost:${new URL(panel.url).port}/openapi`);
});
afterAll(async () => {
  await browser.close();
  await panel.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => page.begin());

/** Registers somebody and signs him in with his password. */
async function newcomer(): Promise<Person> {
  const person = { email: `person${++people}@example.test`, password: 'Correct-horse-7' };
  const names = { firstName: 'Robin', lastName: 'Example' };
  expect((await page.call('POST', '/api/users/register', { ...person, ...names })).status).toBe(200);
  expect((await page.call('POST', '/api/auth/login', person)).status).toBe(200);
  return person;
}

const creationOptions = async (): Promise<PasskeyOptions> =>
  (await page.call<PasskeyOptions>('POST', '/api/auth/passkey/register-challenge')).body;
const requestOptions = async (email?: string): Promise<PasskeyOptions> =>
  (await page.call<PasskeyOptions>('POST', '/api/auth/passkey/authenticate-challenge', { email })).body;
const register = (attestationResponse: object): Promise<PageAnswer<{ passkey: { id: number; name: string } }>> =>
  page.call('POST', '/api/auth/passkey/register', { attestationResponse });
const authenticate = (authenticationResponse: object, email?: string): Promise<PageAnswer<Session>> =>
  page.call('POST', '/api/auth/passkey/authenticate', { authenticationResponse, email });
const session = (): Promise<PageAnswer<Session>> => page.call('GET', '/api/auth/session');
const passkeys = async (): Promise<Passkey[]> => (await page.call<Passkey[]>('GET', '/api/auth/passkeys')).body;

/** Somebody with a passkey in the authenticator, signed out. @returns him and the passkey's id. */
async function passkeyOwner(): Promise<Person & { passkeyId: number }> {
  const person = await newcomer();
  const { status, body } = await register(await page.create(await creationOptions()));
  expect(status).toBe(200);
  await page.signOut();
  return { ...person, passkeyId: body.passkey.id };
}

it('registers a passkey that the browser made, and shows it to its owner', async () => {
  await newcomer();
  expect(await register(await page.create(await creationOptions()))).toMatchObject({
    status: 200,
    body: { verified: true, passkey: { name: 'Passkey #1' } },
  });
  expect(await passkeys()).toMatchObject([{ name: 'Passkey #1', transports: 'internal', lastUsedAt: null }]);
  expect((await session()).body.user.passkeyCount).toBe(1);
});

it('makes no second passkey in the same authenticator: the browser finds the first in the options', async () => {
  await newcomer();
  await register(await page.create(await creationOptions()));
  await expect(page.create(await creationOptions())).rejects.toThrow('InvalidStateError');
});

it('signs in with nothing but the passkey, again and again, while the authenticator counts', async () => {
  const { email } = await passkeyOwner();
  for (let time = 0; time < 2; time++) {
    await page.signOut();
    expect((await session()).status).toBe(401);
    const answer = await authenticate(await page.get(await requestOptions()));
    expect([answer.status, answer.body.user.email]).toEqual([200, email]);
    expect((await session()).body.user.email).toBe(email);
  }
  expect((await page.signCounts())[0]).toBeGreaterThan(1);
  expect((await passkeys())[0]?.lastUsedAt).not.toBeNull();
});

it('does not take one answer of the authenticator twice', async () => {
  await passkeyOwner();
  const answer = await page.get(await requestOptions());
  expect((await authenticate(answer)).status).toBe(200);
  expect(await authenticate(answer)).toMatchObject({ status: 400, body: { error: 'No challenge' } });
});

describe('an account with a second factor', () => {
  it('whose password is not enough is opened by its passkey without a code', async () => {
    const person = await newcomer();
    await register(await page.create(await creationOptions()));
    const { body: setup } = await page.call<{ secret: string }>('GET', '/api/auth/2fa/setup');
    const enabled = { secret: setup.secret, token: codeOf(setup.secret) };
    expect((await page.call('POST', '/api/auth/2fa/verify', enabled)).status).toBe(200);
    await page.signOut();
    const login = await page.call('POST', '/api/auth/login', person);
    expect(login.body).toMatchObject({ twoFactorRequired: true });
    expect((await session()).status).toBe(401);
    const options = await requestOptions(person.email);
    expect(options['allowCredentials']).toHaveLength(1);
    expect((await authenticate(await page.get(options), person.email)).status).toBe(200);
    expect((await session()).body.user.email).toBe(person.email);
  });
});

it('refuses a passkey that its owner removed and the authenticator still has', async () => {
  const { passkeyId, ...login } = await passkeyOwner();
  await page.call('POST', '/api/auth/login', login);
  expect((await page.call('DELETE', `/api/auth/passkeys/${passkeyId}`)).status).toBe(200);
  await page.signOut();
  expect(await authenticate(await page.get(await requestOptions()))).toMatchObject(REFUSED);
  expect((await session()).status).toBe(401);
});

it("refuses one person's passkey for another's account", async () => {
  await passkeyOwner();
  const answer = await page.get(await requestOptions());
  const other = await newcomer();
  await page.signOut();
  expect(await authenticate(answer, other.email)).toMatchObject(REFUSED);
});

describe('somebody whom the authenticator does not recognise', () => {
  it('gets no answer out of it with the options of the panel', async () => {
    await passkeyOwner();
    await page.recognises(false);
    await expect(page.get(await requestOptions())).rejects.toThrow('NotAllowedError');
  });

  it('is refused with an answer that a page got by asking for less', async () => {
    const { email } = await passkeyOwner();
    await page.recognises(false);
    const options = { ...(await requestOptions(email)), userVerification: 'discouraged' };
    expect(await authenticate(await page.get(options), email)).toMatchObject(REFUSED);
    expect((await session()).status).toBe(401);
  });

  it('registers no passkey, even of a page that asks for less', async () => {
    await page.begin(false);
    await newcomer();
    await expect(page.create(await creationOptions())).rejects.toThrow('NotAllowedError');
    const less = { residentKey: 'discouraged', userVerification: 'discouraged' };
    const made = await page.create({ ...(await creationOptions()), authenticatorSelection: less });
    expect(await register(made)).toMatchObject({ status: 400, body: { error: 'The passkey could not be verified' } });
    expect(await passkeys()).toEqual([]);
  });
});
