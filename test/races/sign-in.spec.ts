import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Sessions } from '../../src/identity/sessions/sessions.service.js';
import { LoginChallenges } from '../../src/identity/sign-in/login-challenges.js';
import { createUser, PASSWORD } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { Answer } from '../support/http.js';
import { linksIn, mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { turnOnTwoFactor } from '../support/two-factor.js';

const PARALLEL = 50;
let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const sessionsOf = (user: TestUser) => panel.prisma.session.count({ where: { userId: user.id } });
const statusesOf = (answers: readonly Answer<unknown>[]) => [...new Set(answers.map(({ status }) => status))];
const login = (user: TestUser) => panel.http.post('/api/auth/login', { email: user.email, password: PASSWORD });

/** Fifty sign-ins at once, and in the midst of them whatever ends all sessions. */
async function amid(
  work: () => Promise<Answer<unknown>>,
  ending: () => Promise<Answer<unknown>>,
): Promise<{ signIns: Answer<unknown>[]; end: Answer<unknown> }> {
  const half = (): Promise<Answer<unknown>>[] => Array.from({ length: PARALLEL / 2 }, work);
  const first = half();
  const end = ending();
  const signIns = await Promise.all([...first, ...half()]);
  return { signIns, end: await end };
}

/** Sets another password by a link, which ends all sessions. */
async function resetOf(user: TestUser): Promise<() => Promise<Answer<unknown>>> {
  await panel.http.post('/api/auth/password-reset/request', { email: user.email });
  const [link] = linksIn(await mailTo(panel.prisma, user.email, 'password-reset'));
  const token = link?.pathname.replace('/reset-password/', '');
  return () => panel.http.post('/api/auth/password-reset/confirm', { token, password: 'Another-horse-8' });
}

it('no sign-in with the old password outlives its reset', async () => {
  const user = await createUser(panel);
  const { signIns, end } = await amid(() => login(user), await resetOf(user));
  expect(end.status).toBe(200);
  expect(statusesOf(signIns).filter((status) => ![200, 401, 429].includes(status))).toEqual([]);
  expect(await sessionsOf(user)).toBe(0);
});

it('no sign-in that waits for its second factor outlives a reset of the password', async () => {
  const user = await createUser(panel);
  await turnOnTwoFactor(panel, user);
  const { end } = await amid(() => login(user), await resetOf(user));
  expect(end.status).toBe(200);
  expect(await panel.prisma.loginChallenge.count({ where: { userId: user.id } })).toBe(0);
  expect(await sessionsOf(user)).toBe(0);
});

it('a factor that was proved before all sessions ended opens none afterwards, and no second half either', async () => {
  const user = await createUser(panel);
  const [sessions, challenges] = [panel.app.get(Sessions), panel.app.get(LoginChallenges)];
  const { sessionGeneration: generation } = await panel.prisma.user.findUniqueOrThrow({ where: { id: user.id } });
  await sessions.revokeAll(user.id);
  const open = sessions.open({ userId: user.id, generation }, 'password', { ip: '127.0.0.1' }, 'login');
  await expect(open).rejects.toMatchObject({ status: 401, code: 'auth.sessions_ended' });
  await turnOnTwoFactor(panel, user);
  expect(await challenges.begin(user.id, generation)).toBeUndefined();
  expect(await sessionsOf(user)).toBe(0);
  expect((await login(user)).body).toMatchObject({ twoFactorRequired: true });
});
