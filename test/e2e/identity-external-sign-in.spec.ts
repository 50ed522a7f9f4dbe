import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { TestBrowser } from '../support/browser.js';
import { changeUser, createUser, openSession, PASSWORD, unique } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { FakeGitHub } from '../support/fake-github.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { FakeOidcProvider } from '../support/oidc-provider.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { codeOf, turnOnTwoFactor, verifyLogin } from '../support/two-factor.js';

let panel: TestPanel;
let house: FakeOidcProvider;
let github: FakeGitHub;
beforeAll(async () => {
  [house, github] = await Promise.all([FakeOidcProvider.start(), FakeGitHub.start()]);
  panel = await startPanel({ env: { ...house.env('house'), ...github.env } });
});
afterAll(async () => {
  await panel.close();
  await Promise.all([house.close(), github.close()]);
});
afterEach(() => house.reset());

const address = () => `${unique()}@example.test`;
const person = (values: object = {}) => ({ sub: unique(), email_verified: true, given_name: 'Ada', ...values });

/** Goes to the provider and back. @returns where the browser ends. */
async function signIn(browser = new TestBrowser(panel), provider = 'house'): Promise<string> {
  const { body } = await browser.get<{ redirect: string }>(`/api/auth/external/${provider}/start`);
  const answer = await browser.back(await browser.visit(body.redirect));
  expect(answer.status).toBe(302);
  return String(answer.headers['location']).replace(panel.config.frontendUrl, '');
}

/** Links an account that is signed in. */
async function link(user: TestUser, browser = new TestBrowser(panel), provider = 'house'): Promise<string> {
  const { headers } = await openSession(panel, user);
  const { body } = await browser.post<{ redirect: string }>(`/api/auth/external/${provider}/start`, {}, headers);
  const answer = await browser.back(await browser.visit(body.redirect));
  return String(answer.headers['location']).replace(panel.config.frontendUrl, '');
}

const whoIs = async (browser: TestBrowser) =>
  (await browser.get<{ user: { id: number; email: string; firstName: string; lastName: string } }>('/api/auth/session'))
    .body.user;

const identitiesOf = async (user: TestUser) =>
  (
    await panel
      .as(await openSession(panel, user))
      .get<{ id: number; provider: string; email: string }[]>('/api/users/me/identities')
  ).body;

it('lists its providers to everybody', async () => {
  expect((await panel.http.get('/api/auth/providers')).body).toEqual([
    { id: 'house', name: 'The house' },
    { id: 'github', name: 'GitHub' },
  ]);
});

describe('going to a provider', () => {
  it('is an address for a script, and a redirect for a browser', async () => {
    const script = await panel.http.get<{ redirect: string }>('/api/auth/external/house/start');
    expect(script.status).toBe(200);
    const { searchParams } = new URL(script.body.redirect);
    expect(searchParams.get('redirect_uri')).toBe(`${panel.config.panelUrl}/api/auth/external/house/callback`);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(script.headers['set-cookie']).toMatch(
      /^external_sign_in=[0-9a-f]{64}; Max-Age=600; .*HttpOnly; SameSite=Lax$/,
    );
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const browser = await panel.http.get('/api/auth/external/house/start', { headers });
    expect(browser.status).toBe(302);
    expect(browser.headers['location']).toContain(`${house.issuer}/authorize?`);
  });

  it('is not possible for one that is not configured', async () => {
    expect((await panel.http.get('/api/auth/external/elsewhere/start')).status).toBe(404);
    expect((await panel.http.get('/api/auth/external/elsewhere/callback?code=1&state=2')).status).toBe(404);
  });
});

describe('somebody who is not known here', () => {
  it('gets an account with a verified address and is signed in', async () => {
    const email = address();
    house.person = person({ email, family_name: 'Lovelace' });
    const browser = new TestBrowser(panel);
    expect(await signIn(browser)).toBe('/dashboard');
    expect(await whoIs(browser)).toMatchObject({ email, firstName: 'Ada', lastName: 'Lovelace', emailVerified: true });
    const again = new TestBrowser(panel);
    expect(await signIn(again)).toBe('/dashboard');
    expect((await whoIs(again)).id).toBe((await whoIs(browser)).id);
    const sessions = await panel.prisma.session.findMany({ where: { user: { email } }, select: { method: true } });
    expect(sessions).toEqual([{ method: 'external' }, { method: 'external' }]);
  });

  it('has no password until he sets one by a reset link', async () => {
    const email = address();
    house.person = person({ email });
    const browser = new TestBrowser(panel);
    await signIn(browser);
    for (const password of [PASSWORD, ' ']) {
      expect((await panel.http.post('/api/auth/login', { email, password })).status).toBe(401);
    }
    expect(await whoIs(browser)).toMatchObject({ usesLegacyPasswordHash: false });
    const refused = await browser.get<{ id: number }[]>('/api/users/me/identities');
    const session = { headers: { authorization: `Bearer ${browser.cookies.get('token')}` } };
    expect((await panel.as(session).delete(`/api/users/me/identities/${refused.body[0]?.id}`)).status).toBe(409);
    await panel.http.post('/api/auth/password-reset/request', { email });
    const [reset] = linksIn(await mailTo(panel.prisma, email, 'password-reset'));
    const token = reset?.pathname.replace('/reset-password/', '');
    expect((await panel.http.post('/api/auth/password-reset/confirm', { token, password: PASSWORD })).status).toBe(200);
    expect((await panel.http.post('/api/auth/login', { email, password: PASSWORD })).status).toBe(200);
  });

  it('is turned away while registration is closed', async () => {
    house.person = person({ email: address() });
    const settings = panel.app.get(PanelSettings);
    await settings.update({ registrationEnabled: false });
    expect(await signIn()).toBe('/login?externalError=registration_closed');
    await settings.update({ registrationEnabled: true });
  });

  it('is turned away with an address that the provider has not verified, or a disposable one', async () => {
    for (const values of [{ email: address(), email_verified: false }, { email: address(), email_verified: 1 }, {}]) {
      house.person = person(values);
      expect(await signIn()).toBe('/login?externalError=email_unverified');
    }
    house.person = person({ email: `${unique()}@mailinator.com` });
    expect(await signIn()).toBe('/login?externalError=email_disposable');
  });

  it('may have an address that only the userinfo endpoint tells', async () => {
    const email = address();
    house.person = { sub: unique() };
    house.userinfo = { email: email.toUpperCase(), email_verified: 'true', name: 'Grace Brewster Hopper' };
    const browser = new TestBrowser(panel);
    expect(await signIn(browser)).toBe('/dashboard');
    expect(await whoIs(browser)).toMatchObject({ email, firstName: 'Grace', lastName: 'Brewster Hopper' });
  });
});

describe('somebody whose address is known here', () => {
  it('is linked to the account, when both sides have verified the address, and told by mail', async () => {
    const user = await createUser(panel);
    house.person = person({ email: user.email });
    const browser = new TestBrowser(panel);
    expect(await signIn(browser)).toBe('/dashboard');
    expect((await whoIs(browser)).id).toBe(user.id);
    expect((await mailTo(panel.prisma, user.email, 'external-account-linked')).text).toContain('The house');
    expect(await identitiesOf(user)).toMatchObject([{ provider: 'house', email: user.email }]);
  });

  it('is not, when the account has not verified it: anybody may have registered with it', async () => {
    const user = await createUser(panel, { emailVerified: false });
    house.person = person({ email: user.email });
    const browser = new TestBrowser(panel);
    expect(await signIn(browser)).toBe('/login?externalError=account_unverified');
    expect(browser.cookies.has('token')).toBe(false);
    expect(await identitiesOf(user)).toEqual([]);
  });

  it('stays linked when the address changes on either side', async () => {
    const user = await createUser(panel);
    house.person = person({ email: user.email });
    await signIn();
    await changeUser(panel, user, { email: address() });
    house.person = { ...house.person, email: address(), email_verified: false };
    const browser = new TestBrowser(panel);
    expect(await signIn(browser)).toBe('/dashboard');
    expect((await whoIs(browser)).id).toBe(user.id);
  });

  it('is asked for the second factor that the account has, before there is a session', async () => {
    const user = await createUser(panel);
    house.person = person({ email: user.email });
    await signIn();
    const { seed } = await turnOnTwoFactor(panel, user);
    const browser = new TestBrowser(panel);
    const [page, tempToken] = (await signIn(browser)).split('#twoFactor=');
    expect(page).toBe('/login');
    expect((await browser.get('/api/auth/session')).status).toBe(401);
    const answer = await verifyLogin(panel, tempToken, { token: codeOf(seed) });
    expect([answer.status, answer.body.user.id]).toEqual([200, user.id]);
  });

  it('is not let in while the account is suspended', async () => {
    const user = await createUser(panel, { suspended: true });
    house.person = person({ email: user.email });
    const browser = new TestBrowser(panel);
    expect(await signIn(browser)).toBe('/login?externalError=suspended');
    expect(browser.cookies.has('token')).toBe(false);
  });
});

describe('linking', () => {
  it('adds an account of any address to the one that is signed in, and unlinking takes it away', async () => {
    const user = await createUser(panel);
    house.person = person({ email: address(), email_verified: false });
    expect(await link(user)).toBe('/dashboard/settings?externalLinked=house');
    expect(await link(user)).toBe('/dashboard/settings?externalLinked=house');
    const [identity, ...others] = await identitiesOf(user);
    expect(others).toEqual([]);
    const browser = new TestBrowser(panel);
    await signIn(browser);
    expect((await whoIs(browser)).id).toBe(user.id);
    const caller = panel.as(await openSession(panel, user));
    expect((await caller.delete(`/api/users/me/identities/${identity?.id}`)).body).toEqual({ success: true });
    expect((await mailTo(panel.prisma, user.email, 'external-account-unlinked')).text).toContain('The house');
    expect(await signIn()).toBe('/login?externalError=email_unverified');
  });

  it('takes no account from somebody else, and one for each provider', async () => {
    const [owner, other] = [await createUser(panel), await createUser(panel)];
    house.person = person();
    await link(owner);
    expect(await link(other)).toBe('/dashboard/settings?externalError=already_linked');
    house.person = person();
    expect(await link(owner)).toBe('/dashboard/settings?externalError=provider_in_use');
    expect(await identitiesOf(owner)).toHaveLength(1);
    expect(await identitiesOf(other)).toEqual([]);
  });

  it('ends with the session that began it', async () => {
    const user = await createUser(panel);
    house.person = person();
    const browser = new TestBrowser(panel);
    const session = await openSession(panel, user);
    const { body } = await browser.post<{ redirect: string }>('/api/auth/external/house/start', {}, session.headers);
    const back = await browser.visit(body.redirect);
    await panel.as(session).post('/api/auth/logout');
    expect((await browser.back(back)).headers['location']).toMatch(/externalError=session_over$/);
    expect(await identitiesOf(user)).toEqual([]);
  });
});

describe('GitHub', () => {
  it('signs in by the verified primary address, and by its number ever after', async () => {
    const [user, login] = [await createUser(panel), unique()];
    github.user = { id: Math.floor(Math.random() * 1e9), login, name: null };
    github.emails = [
      { email: address(), primary: false, verified: true },
      { email: user.email.toUpperCase(), primary: true, verified: true },
    ];
    const browser = new TestBrowser(panel);
    expect(await signIn(browser, 'github')).toBe('/dashboard');
    expect((await whoIs(browser)).id).toBe(user.id);
    github.emails = [];
    expect(await signIn(new TestBrowser(panel), 'github')).toBe('/dashboard');
  });

  it('does not with an address that is not verified or not primary', async () => {
    const user = await createUser(panel);
    github.user = { id: Math.floor(Math.random() * 1e9), login: unique(), name: null };
    github.emails = [
      { email: user.email, primary: true, verified: false },
      { email: user.email, primary: false, verified: true },
    ];
    expect(await signIn(new TestBrowser(panel), 'github')).toBe('/login?externalError=email_unverified');
  });
});
