import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const ada = {
  email: 'Ada@Example.com ',
  password: 'Correct-Horse-7',
  firstName: 'Ada',
  lastName: 'Lovelace',
  phone: '',
};

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${panel.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

it('lets a person register, sign in and see who is signed in', async () => {
  const registered = await post('/api/users/register', ada);
  expect([registered.status, await registered.json()]).toMatchObject([
    200,
    { success: true, user: { email: 'ada@example.com' } },
  ]);

  const login = await post('/api/auth/login', { email: 'ADA@example.com', password: ada.password });
  const body = (await login.json()) as { token: string; user: { sessionId: string } };
  expect(login.status).toBe(200);
  expect(login.headers.get('set-cookie')).toMatch(
    /^token=[^;]+; Max-Age=2592000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
  );

  const session = await fetch(`${panel.url}/api/auth/session`, { headers: { authorization: `Bearer ${body.token}` } });
  expect(await session.json()).toEqual({ user: body.user });
});
