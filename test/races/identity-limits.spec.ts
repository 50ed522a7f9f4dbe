import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { linksIn, mailTo } from '../support/mailbox.js';
import { createAdmin, createApiKey, createUser, openSession, PASSWORD, unique } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

const PARALLEL = 50;
let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel({ env: { PASSWORD_RESET_CONFIRM_RATE_IP: '100000' } });
});
afterAll(() => panel.close());

const times = <Value>(work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => work(index)));
const count = (statuses: readonly number[], wanted: number): number =>
  statuses.filter((status) => status === wanted).length;

it('of fifty registrations with one address one makes an account', async () => {
  const email = `${unique()}@example.test`;
  const body = { password: PASSWORD, firstName: 'Ada', lastName: 'Lovelace' };
  const answers = await times((index) =>
    panel.http.post('/api/users/register', { ...body, email: index % 2 === 0 ? email : email.toUpperCase() }),
  );
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 409)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.user.count({ where: { email } })).toBe(1);
  expect(await panel.prisma.outboundMail.count({ where: { toAddress: email } })).toBe(1);
});

it('fifty sign-ins at once leave twenty sessions, and those work', async () => {
  const user = await createUser(panel);
  const answers = await times(() =>
    panel.http.post<{ token: string }>('/api/auth/login', { email: user.email, password: user.password }),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: PARALLEL }, () => 200));
  expect(await panel.prisma.session.count({ where: { userId: user.id } })).toBe(20);
  const sessions = await Promise.all(
    answers.map(({ body }) =>
      panel.as({ headers: { authorization: `Bearer ${body.token}` } }).get('/api/auth/session'),
    ),
  );
  expect(
    count(
      sessions.map(({ status }) => status),
      200,
    ),
  ).toBe(20);
});

it('fifty keys made at once at the limit end in twenty-five', async () => {
  const user = await createUser(panel);
  for (let index = 0; index < 24; index++) await createApiKey(panel, user);
  const client = panel.as(await openSession(panel, user));
  const answers = await times((index) => client.post('/api/apikeys', { name: `key ${index}`, type: 'client' }));
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 409)]).toEqual([1, PARALLEL - 1]);
  expect(await panel.prisma.apiKey.count({ where: { userId: user.id } })).toBe(25);
});

it('a reset link used fifty times at once works once', async () => {
  const user = await createUser(panel);
  await panel.http.post('/api/auth/password-reset/request', { email: user.email });
  const [link] = linksIn(await mailTo(panel.prisma, user.email, 'password-reset'));
  const token = link?.pathname.replace('/reset-password/', '');
  const answers = await times((index) =>
    panel.http.post('/api/auth/password-reset/confirm', { token, password: `New-password-${index}` }),
  );
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 200), count(statuses, 400)]).toEqual([1, PARALLEL - 1]);
  const winner = statuses.indexOf(200);
  const login = (password: string) => panel.http.post('/api/auth/login', { email: user.email, password });
  expect((await login(`New-password-${winner}`)).status).toBe(200);
});

it('superusers who demote each other at once leave one', async () => {
  await panel.prisma.user.updateMany({ where: { role: { in: ['*', 'rootAdmin'] } }, data: { role: null } });
  const roots = await Promise.all(Array.from({ length: 10 }, () => createAdmin(panel)));
  const clients = await Promise.all(roots.map(async (root) => panel.as(await openSession(panel, root))));
  await Promise.all(
    clients.flatMap((client, index) => [
      client.put('/api/users/me', { role: '' }),
      client.put(`/api/users/${roots[(index + 1) % roots.length]?.id}`, { role: '' }),
    ]),
  );
  expect(await panel.prisma.user.count({ where: { role: 'rootAdmin' } })).toBeGreaterThanOrEqual(1);
});
