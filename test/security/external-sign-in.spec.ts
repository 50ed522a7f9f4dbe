import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestBrowser } from '../support/browser.js';
import { createUser, openSession, unique } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { captureLogs } from '../support/logs.js';
import type { CapturedLogs } from '../support/logs.js';
import { FakeOidcProvider } from '../support/oidc-provider.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
let house: FakeOidcProvider;
let user: TestUser;
let logs: CapturedLogs;
beforeAll(async () => {
  logs = captureLogs();
  house = await FakeOidcProvider.start();
  panel = await startPanel({ env: { ...house.env('house'), LOG_LEVEL: 'trace' } });
  user = await createUser(panel);
  house.person = { sub: unique(), email: user.email, email_verified: true };
});
afterAll(async () => {
  await panel.close();
  await house.close();
  logs.stop();
});
afterEach(() => house.reset());

async function leave(browser: TestBrowser): Promise<string> {
  const { body } = await browser.get<{ redirect: string }>('/api/auth/external/house/start');
  return browser.visit(body.redirect);
}

/** Comes back, and says how it ended. */
async function comeBack(browser: TestBrowser, path: string): Promise<string> {
  const answer = await browser.back(path);
  const isSignedIn = browser.cookies.has('token');
  return isSignedIn
    ? 'signed in'
    : (new URL(String(answer.headers['location'])).searchParams.get('externalError') ?? '');
}

describe('the redirect of a provider', () => {
  it('signs the browser in that left, once', async () => {
    const browser = new TestBrowser(panel);
    const back = await leave(browser);
    expect(await comeBack(browser, back)).toBe('signed in');
    browser.cookies.delete('token');
    expect(await comeBack(browser, back)).toBe('state_invalid');
  });

  it('does not sign another browser in, and is of no use to the right one afterwards', async () => {
    const [browser, other] = [new TestBrowser(panel), new TestBrowser(panel)];
    const back = await leave(browser);
    await leave(other);
    expect(await comeBack(other, back)).toBe('state_invalid');
    expect(await comeBack(browser, back)).toBe('state_invalid');
    const third = new TestBrowser(panel);
    expect(await comeBack(new TestBrowser(panel), await leave(third))).toBe('state_invalid');
  });

  it.each([
    ['a state that nobody gave', (path: string) => path.replace(/state=[^&]+/, `state=${'f'.repeat(64)}`)],
    ['no state', (path: string) => path.replace(/&?state=[^&]+/, '')],
  ])('with %s is refused before the provider is asked', async (_what, change) => {
    const browser = new TestBrowser(panel);
    const before = house.exchanges;
    expect(await comeBack(browser, change(await leave(browser)))).toBe('state_invalid');
    expect(house.exchanges).toBe(before);
  });

  it('that ran out is refused', async () => {
    const browser = new TestBrowser(panel);
    const back = await leave(browser);
    await panel.prisma.challenge.updateMany({ data: { expiresAt: new Date() } });
    expect(await comeBack(browser, back)).toBe('state_invalid');
  });

  it('with a code of another attempt is refused: the verifier does not fit', async () => {
    const [browser, other] = [new TestBrowser(panel), new TestBrowser(panel)];
    const [back, foreign] = [await leave(browser), await leave(other)];
    const code = /code=[^&]+/.exec(foreign)?.[0] ?? '';
    expect(await comeBack(browser, back.replace(/code=[^&]+/, code))).toBe('provider_failed');
  });

  it('says so when the person or the provider refused', async () => {
    for (const [error, code] of [
      ['access_denied', 'cancelled'],
      ['server_error', 'provider_failed'],
    ] as const) {
      const browser = new TestBrowser(panel);
      const back = (await leave(browser)).replace(/code=[^&]+/, `error=${error}`);
      expect(await comeBack(browser, back)).toBe(code);
    }
  });
});

describe('an ID token', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it.each([
    ['of another attempt', { nonce: 'x'.repeat(64) }],
    ['without the nonce', { nonce: undefined }],
    ['for another client', { aud: 'somebody else' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['that ran out', { exp: now() - 3600 }],
    ['about nobody', { sub: '' }],
    ['about somebody with an endless name', { sub: 'x'.repeat(256) }],
  ])('%s signs nobody in', async (_what, change) => {
    house.lie = (claims) => ({ ...claims, ...change });
    const browser = new TestBrowser(panel);
    expect(await comeBack(browser, await leave(browser))).toBe('provider_failed');
  });

  it.each(['none', 'foreign'] as const)('with the signature "%s" signs nobody in', async (signature) => {
    house.signature = signature;
    const browser = new TestBrowser(panel);
    expect(await comeBack(browser, await leave(browser))).toBe('provider_failed');
  });
});

describe('a token endpoint', () => {
  it.each(['nonsense', 'error'] as const)('that answers %s signs nobody in', async (behaviour) => {
    house.tokenEndpoint = behaviour;
    const browser = new TestBrowser(panel);
    expect(await comeBack(browser, await leave(browser))).toBe('provider_failed');
  });

  it('that hangs is given up', async () => {
    house.tokenEndpoint = 'hangs';
    const browser = new TestBrowser(panel);
    expect(await comeBack(browser, await leave(browser))).toBe('provider_failed');
  });
});

describe('linking', () => {
  it('cannot be begun by a foreign page with the cookie of a visitor', async () => {
    const { token } = await openSession(panel, user);
    const headers = { cookie: `token=${token}`, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await panel.http.post('/api/auth/external/house/start', {}, { headers })).status).toBe(403);
  });

  it('by the redirect of an attacker links nothing: the browser did not begin it', async () => {
    const [attacker, victim] = [await createUser(panel), new TestBrowser(panel)];
    const session = await openSession(panel, attacker);
    const browser = new TestBrowser(panel);
    const { body } = await browser.post<{ redirect: string }>('/api/auth/external/house/start', {}, session.headers);
    const known = house.person;
    house.person = { ...known, sub: unique() };
    await victim.back(await victim.visit(body.redirect));
    house.person = known;
    expect(await panel.prisma.externalIdentity.count({ where: { userId: attacker.id } })).toBe(0);
  });
});

describe('a provider on a private address', () => {
  it('is not called unless the operator allows it', async () => {
    const env = { ...house.env('house'), SIGN_IN_ALLOW_PRIVATE: 'false', OIDC_HOUSE_ISSUER: 'https://127.0.0.1:1' };
    const strict = await startPanel({ env });
    try {
      const answer = await strict.http.get('/api/auth/external/house/start');
      expect(answer).toMatchObject({ status: 503, body: { code: 'external_sign_in.provider_unavailable' } });
    } finally {
      await strict.close();
    }
  });
});

it('leaves no code, state, token or client secret in the log', async () => {
  const browser = new TestBrowser(panel);
  const back = await leave(browser);
  await comeBack(browser, back);
  const secrets = [...new URLSearchParams(back.split('?')[1]).values(), ...browser.cookies.values()];
  const planted = [...secrets, 'a secret of the tests', 'It works!'];
  expect(planted.filter((secret) => logs.lines.some((line) => line.includes(secret)))).toEqual([]);
  expect(logs.lines.some((line) => line.includes('/api/auth/external/house/callback'))).toBe(true);
});
