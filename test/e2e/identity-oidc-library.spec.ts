import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProviderVisitor, TestBrowser } from '../support/browser.js';
import { createUser, openSession, unique } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { LibraryOidcProvider } from '../support/library-oidc-provider.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const PANEL_URL = 'http://panel.example.test';
const START = '/api/auth/external/office/start';
let panel: TestPanel;
let office: LibraryOidcProvider;
beforeAll(async () => {
  office = await LibraryOidcProvider.start(`${PANEL_URL}/api/auth/external/office/callback`);
  panel = await startPanel({ env: { ...office.env('office'), PANEL_URL } });
});
afterAll(async () => {
  await panel.close();
  await office.close();
});

/** Somebody whom the provider knows. @returns the name that he logs in with there. */
function employee(email = `${unique()}@example.test`, email_verified = true): string {
  const login = unique();
  office.people.set(login, { email, email_verified, given_name: 'Ada', family_name: 'Lovelace' });
  return login;
}

const startOf = async (browser: TestBrowser): Promise<string> =>
  (await browser.get<{ redirect: string }>(START)).body.redirect;

/** Comes back from the provider. @returns where the panel leads then. */
async function comeBack(browser: TestBrowser, back: string): Promise<string> {
  const answer = await browser.back(back);
  expect(answer.status).toBe(302);
  return String(answer.headers['location']).replace(PANEL_URL, '');
}

/** From the panel to the provider, through its pages, and back. */
async function signIn(login: string, browser = new TestBrowser(panel), visitor = new ProviderVisitor()) {
  return comeBack(browser, await visitor.visit(await startOf(browser), { login }));
}

const whoIs = async (browser: TestBrowser) =>
  (await browser.get<{ user?: { id: number; email: string } }>('/api/auth/session')).body.user;
const linkedTo = (user: TestUser) => panel.prisma.externalIdentity.count({ where: { userId: user.id } });

describe('signing in with a provider that others wrote', () => {
  it('ends signed in, in a new account with what the provider knows, after its login and consent', async () => {
    const email = `${unique()}@example.test`;
    const browser = new TestBrowser(panel);
    expect(await signIn(employee(email), browser)).toBe('/dashboard');
    expect(await whoIs(browser)).toMatchObject({ email, firstName: 'Ada', lastName: 'Lovelace', emailVerified: true });
  });

  it('ends in the same account the next time, when the provider asks nothing any more', async () => {
    const [login, visitor] = [employee(), new ProviderVisitor()];
    const [first, second] = [new TestBrowser(panel), new TestBrowser(panel)];
    await signIn(login, first, visitor);
    expect(await comeBack(second, await visitor.visit(await startOf(second), {}))).toBe('/dashboard');
    expect((await whoIs(second))?.id).toBe((await whoIs(first))?.id);
  });

  it('links the account of a verified address', async () => {
    const user = await createUser(panel);
    const browser = new TestBrowser(panel);
    expect(await signIn(employee(user.email), browser)).toBe('/dashboard');
    expect((await whoIs(browser))?.id).toBe(user.id);
    expect(await linkedTo(user)).toBe(1);
  });

  it('does not by an address that the provider has not verified', async () => {
    const user = await createUser(panel);
    const browser = new TestBrowser(panel);
    expect(await signIn(employee(user.email, false), browser)).toBe('/login?externalError=email_unverified');
    expect(await whoIs(browser)).toBeUndefined();
    expect(await linkedTo(user)).toBe(0);
  });

  it('links to the account that is signed in, whatever the address', async () => {
    const user = await createUser(panel);
    const browser = new TestBrowser(panel);
    const { headers } = await openSession(panel, user);
    const { body } = await browser.post<{ redirect: string }>(START, {}, headers);
    const login = employee(undefined, false);
    const back = await new ProviderVisitor().visit(body.redirect, { login });
    expect(await comeBack(browser, back)).toBe('/dashboard/settings?externalLinked=office');
    expect(await signIn(login, browser)).toBe('/dashboard');
    expect((await whoIs(browser))?.id).toBe(user.id);
  });
});

describe('the way back', () => {
  it('with another state is refused, and the account stays closed', async () => {
    const browser = new TestBrowser(panel);
    const back = await new ProviderVisitor().visit(await startOf(browser), { login: employee() });
    const other = back.replace(/state=[^&]+/, `state=${'0'.repeat(64)}`);
    expect(await comeBack(browser, other)).toBe('/login?externalError=state_invalid');
    expect(await whoIs(browser)).toBeUndefined();
  });

  it('in a browser that did not begin is refused', async () => {
    const visitor = new TestBrowser(panel);
    const back = await new ProviderVisitor().visit(await startOf(new TestBrowser(panel)), { login: employee() });
    expect(await comeBack(visitor, back)).toBe('/login?externalError=state_invalid');
    expect(await whoIs(visitor)).toBeUndefined();
  });

  it.each(['login', 'consent'])('of somebody who leaves at the %s says so', async (page) => {
    const browser = new TestBrowser(panel);
    const back = await new ProviderVisitor().visit(await startOf(browser), { login: employee(), no: page });
    expect(await comeBack(browser, back)).toBe('/login?externalError=cancelled');
  });
});

describe('PKCE, on which the provider insists', () => {
  it('is part of what the panel asks: without it the provider opens no page', async () => {
    const browser = new TestBrowser(panel);
    const bare = (await startOf(browser)).replace(/&code_challenge(_method)?=[^&]+/g, '');
    const back = await new ProviderVisitor().visit(bare, { login: employee() });
    expect(new URLSearchParams(back.split('?')[1]).get('error')).toBe('invalid_request');
    expect(await comeBack(browser, back)).toBe('/login?externalError=provider_failed');
  });

  it('keeps a code that was asked for with another challenge from being of use', async () => {
    const browser = new TestBrowser(panel);
    const foreign = (await startOf(browser)).replace(/code_challenge=[^&]+/, `code_challenge=${'A'.repeat(43)}`);
    const back = await new ProviderVisitor().visit(foreign, { login: employee() });
    expect(back).toContain('code=');
    expect(await comeBack(browser, back)).toBe('/login?externalError=provider_failed');
    expect(await whoIs(browser)).toBeUndefined();
  });
});

it('has an address that the provider does not know refused by the provider itself', async () => {
  const elsewhere = (await startOf(new TestBrowser(panel))).replace(/office%2Fcallback/, 'office%2Felsewhere');
  await expect(new ProviderVisitor().visit(elsewhere, { login: employee() })).rejects.toThrow('redirect_uri');
});
