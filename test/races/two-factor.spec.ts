import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { Answer } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { codeOf, pendingToken, turnOnTwoFactor, verifyLogin } from '../support/two-factor.js';

const PARALLEL = 50;
let panel: TestPanel;
/** Wrong codes are not counted here: the codes themselves must hold. */
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const times = <Value>(work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => work(index)));
const count = (answers: readonly Answer<unknown>[], wanted: number): number =>
  answers.filter(({ status }) => status === wanted).length;
const sessionsOf = (user: TestUser): Promise<number> => panel.prisma.session.count({ where: { userId: user.id } });

/** Fifty sign-ins of one account that each wait for their second factor. */
async function fiftyPending(user: TestUser): Promise<string[]> {
  const tokens = [];
  for (let index = 0; index < PARALLEL; index++) tokens.push(await pendingToken(panel, user));
  return tokens;
}

it('one code of the app opens one of fifty sign-ins at once', async () => {
  const user = await createUser(panel);
  const { seed } = await turnOnTwoFactor(panel, user);
  const pending = await fiftyPending(user);
  const token = codeOf(seed);
  const answers = await times((index) => verifyLogin(panel, pending[index], { token }));
  expect([count(answers, 200), count(answers, 400)]).toEqual([1, PARALLEL - 1]);
  expect(await sessionsOf(user)).toBe(1);
});

it('one backup code opens one of fifty sign-ins at once', async () => {
  const user = await createUser(panel);
  const { backupCodes } = await turnOnTwoFactor(panel, user);
  const pending = await fiftyPending(user);
  const answers = await times((index) => verifyLogin(panel, pending[index], { backupCode: backupCodes[0] }));
  expect([count(answers, 200), count(answers, 400)]).toEqual([1, PARALLEL - 1]);
  expect(await sessionsOf(user)).toBe(1);
  expect(await panel.prisma.backupCode.count({ where: { userId: user.id } })).toBe(9);
});

it('one pending token opens one session, whatever good factors come with it at once, and only one is used up', async () => {
  const user = await createUser(panel);
  const { seed, backupCodes } = await turnOnTwoFactor(panel, user);
  const tempToken = await pendingToken(panel, user);
  await panel.http.post('/api/auth/2fa/send-email', { tempToken });
  const { text } = await mailTo(panel.prisma, user.email, 'two-factor-code');
  const factors = [
    { token: codeOf(seed) },
    { emailCode: /\b\d{6}\b/.exec(text)?.[0] },
    ...backupCodes.map((backupCode) => ({ backupCode })),
  ];
  const answers = await times((index) => verifyLogin(panel, tempToken, factors[index % factors.length] ?? {}));
  expect([count(answers, 200), count(answers, 400)]).toEqual([1, PARALLEL - 1]);
  expect(await sessionsOf(user)).toBe(1);
  const [session] = await panel.prisma.session.findMany({ where: { userId: user.id } });
  const left = await panel.prisma.backupCode.count({ where: { userId: user.id } });
  expect(left).toBe(session?.method === 'backup' ? 9 : 10);
});

it('of fifty wrong mailed codes at once five are looked at', async () => {
  const user = await createUser(panel);
  await turnOnTwoFactor(panel, user);
  const tempToken = await pendingToken(panel, user);
  const answers = await times(() => verifyLogin(panel, tempToken, { emailCode: '000000' }));
  const errors = answers.map(({ body }) => body.error);
  expect(errors.filter((error) => error === 'Invalid email code')).toHaveLength(5);
  expect(errors.filter((error) => error === 'Invalid tempToken')).toHaveLength(PARALLEL - 5);
});

it('fifty wishes for a code by mail at once send one', async () => {
  const user = await createUser(panel);
  await turnOnTwoFactor(panel, user);
  const tempToken = await pendingToken(panel, user);
  const answers = await times(() => panel.http.post('/api/auth/2fa/send-email', { tempToken }));
  expect(count(answers, 200)).toBeGreaterThanOrEqual(1);
  expect(count(answers, 200)).toBe(await panel.prisma.outboundMail.count({ where: { toAddress: user.email } }));
  const { emailsSent } = await panel.prisma.loginChallenge.findFirstOrThrow({ where: { userId: user.id } });
  expect(emailsSent).toBe(count(answers, 200));
});

it('turning on fifty times at once, from two sessions, leaves one seed and its ten backup codes', async () => {
  const user = await createUser(panel);
  const browsers = await Promise.all(
    [0, 1].map(async () => {
      const client = panel.as(await openSession(panel, user));
      return { client, secret: (await client.get<{ secret: string }>('/api/auth/2fa/setup')).body.secret };
    }),
  );
  const tries = Array.from({ length: PARALLEL / 2 }, (_, index) => index).flatMap((index) =>
    browsers.map(({ client, secret }) =>
      // Each of another length, so that no request counts as the repetition of another.
      client.post<{ recoveryCodes: string[] }>('/api/auth/2fa/verify', {
        token: codeOf(secret).padEnd(6 + index),
        secret,
      }),
    ),
  );
  const answers = await Promise.all(tries);
  expect(count(answers, 200)).toBe(1);
  const codes = answers.find(({ status }) => status === 200)?.body.recoveryCodes ?? [];
  expect(await panel.prisma.backupCode.count({ where: { userId: user.id } })).toBe(10);
  expect(await sessionsOf(user)).toBe(1);
  const answer = await verifyLogin(panel, await pendingToken(panel, user), { backupCode: codes[0] });
  expect(answer.status).toBe(200);
});

it('turning off while fifty sign-ins end leaves no sign-in half-way', async () => {
  const user = await createUser(panel);
  const { seed, backupCodes } = await turnOnTwoFactor(panel, user);
  const session = await openSession(panel, user);
  const pending = await fiftyPending(user);
  const work = times<Answer<unknown>>((index) =>
    index === 10
      ? panel.as(session).post('/api/auth/2fa/disable', { token: codeOf(seed) })
      : verifyLogin(panel, pending[index], { backupCode: backupCodes[index % 10] }),
  );
  const answers = await work;
  // 401: proved before, and too late to open a session.
  expect(answers.map(({ status }) => status).filter((status) => ![200, 400, 401].includes(status))).toEqual([]);
  expect(answers[10]?.status).toBe(200);
  expect(await panel.prisma.loginChallenge.count({ where: { userId: user.id } })).toBe(0);
});
