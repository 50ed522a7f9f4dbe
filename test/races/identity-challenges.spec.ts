import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Challenges } from '../../src/identity/challenges/challenges.service.js';
import { SoftwareAuthenticator } from '../support/authenticator.js';
import { TestBrowser } from '../support/browser.js';
import { createUser, openSession, unique } from '../support/factories.js';
import { FakeOidcProvider } from '../support/oidc-provider.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { createPasskeyUser, creationOptions, pageOf, requestOptions, signIn } from '../support/passkeys.js';

const PARALLEL = 50;
let panel: TestPanel;
let house: FakeOidcProvider;
beforeAll(async () => {
  house = await FakeOidcProvider.start();
  panel = await startPanel({ env: house.env('house') });
});
afterAll(async () => {
  await panel.close();
  await house.close();
});

const times = <Value>(work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => work(index)));
const count = <Value>(values: readonly Value[], wanted: Value): number =>
  values.filter((value) => value === wanted).length;

it('a challenge taken fifty times at once is given once', async () => {
  const challenges = panel.app.get(Challenges);
  const secret = unique();
  await challenges.issue('captcha', secret, { lifetimeSeconds: 60, payload: { answer: '7' } });
  const taken = await times(() => challenges.take<{ answer: string }>('captcha', secret));
  expect(taken.flatMap((challenge) => challenge?.payload.answer ?? [])).toEqual(['7']);
});

it('one assertion sent fifty times at once signs in once', async () => {
  const { user, authenticator } = await createPasskeyUser(panel);
  const assertion = authenticator.get(await requestOptions(panel, user.email));
  const statuses = (await times(() => signIn(panel, assertion, user.email))).map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 400)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.session.count({ where: { userId: user.id, method: 'passkey' } })).toBe(1);
});

it('of fifty assertions with one counter, as of copied authenticators, one signs in', async () => {
  const { user, authenticator } = await createPasskeyUser(panel);
  const assertions = await times(async () =>
    authenticator.get(await requestOptions(panel, user.email), { counter: 9 }),
  );
  const answers = await times((index) => signIn(panel, assertions[index] ?? {}, user.email));
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 401)]).toEqual([1, PARALLEL - 1]);
});

it('fifty passkeys added at once at the limit end in twenty-five', async () => {
  const user = await createUser(panel);
  const bytes = () => new Uint8Array(Buffer.from(unique()));
  await panel.prisma.passkey.createMany({
    data: Array.from({ length: 24 }, () => ({ userId: user.id, name: 'x', credentialId: bytes(), publicKey: bytes() })),
  });
  const caller = panel.as(await openSession(panel, user));
  // Of one account only the newest challenge counts, so each answers one that was put there.
  const options = await creationOptions(caller);
  const challenges = panel.app.get(Challenges);
  const statuses = await times(async (index) => {
    const challenge = Buffer.from(`challenge ${index} ${unique()}`).toString('base64url');
    await challenges.issue('passkey_registration', challenge, { userId: user.id, lifetimeSeconds: 60 });
    const attestationResponse = new SoftwareAuthenticator(pageOf(panel)).create({ ...options, challenge });
    return (await caller.post('/api/auth/passkey/register', { attestationResponse })).status;
  });
  expect([count(statuses, 200), count(statuses, 409)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.passkey.count({ where: { userId: user.id } })).toBe(25);
});

it('of two ways in that are taken away at once one stays', async () => {
  const { user, caller, passkeyId } = await createPasskeyUser(panel);
  const identity = await panel.prisma.externalIdentity.create({
    data: { userId: user.id, issuer: house.issuer, subject: unique() },
  });
  await panel.prisma.user.update({ where: { id: user.id }, data: { passwordHash: '' } });
  const answers = await Promise.all([
    caller.delete(`/api/auth/passkeys/${passkeyId}`),
    caller.delete(`/api/users/me/identities/${identity.id}`),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

it('somebody new who comes back in twenty browsers at once gets one account', async () => {
  const email = `${unique()}@example.test`;
  house.person = { sub: unique(), email, email_verified: true, name: 'Ada Lovelace' };
  const ends = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const browser = new TestBrowser(panel);
      const { body } = await browser.get<{ redirect: string }>('/api/auth/external/house/start');
      return (await browser.back(await browser.visit(body.redirect))).headers['location'];
    }),
  );
  expect(new Set(ends)).toEqual(new Set([`${panel.config.frontendUrl}/dashboard`]));
  expect(await panel.prisma.user.count({ where: { email } })).toBe(1);
  expect(await panel.prisma.externalIdentity.count({ where: { email } })).toBe(1);
});

it('one redirect of a provider that arrives fifty times at once signs in once', async () => {
  const user = await createUser(panel);
  house.person = { sub: unique(), email: user.email, email_verified: true };
  const browser = new TestBrowser(panel);
  const { body } = await browser.get<{ redirect: string }>('/api/auth/external/house/start');
  const path = await browser.visit(body.redirect);
  const headers = { cookie: `external_sign_in=${browser.cookies.get('external_sign_in')}` };
  const ends = (await times(() => panel.http.get(path, { headers }))).map((answer) => answer.headers['location']);
  expect(count(ends, `${panel.config.frontendUrl}/dashboard`)).toBe(1);
  expect(await panel.prisma.session.count({ where: { userId: user.id } })).toBe(1);
});
