import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { PasswordHasher } from '../../src/identity/passwords/password-hasher.js';
import { createUser, openSession, PASSWORD } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface SessionAnswer {
  user: { usesLegacyPasswordHash: boolean };
}

let panel: TestPanel;
let legacyHash: string;
beforeAll(async () => {
  panel = await startPanel();
  legacyHash = await bcrypt(PASSWORD, 4);
});
afterAll(() => panel.close());

const login = (email: string, password = PASSWORD) =>
  panel.http.post<SessionAnswer>('/api/auth/login', { email, password });
const hashOf = async (id: number): Promise<string> =>
  (await panel.prisma.user.findUniqueOrThrow({ where: { id }, select: { passwordHash: true } })).passwordHash;

describe('a bcrypt hash of another panel', () => {
  it.each(['$2a', '$2b', '$2y'])('of the form %s lets its owner in, who is told, and is renewed then', async (form) => {
    const user = await createUser(panel, { passwordHash: legacyHash.replace(/^\$2./, form) });
    const own = panel.as(await openSession(panel, user));
    expect((await own.get<SessionAnswer>('/api/auth/session')).body.user.usesLegacyPasswordHash).toBe(true);
    expect((await own.get('/api/users/me')).body).toMatchObject({ usesLegacyPasswordHash: true });
    expect((await login(user.email, 'Wrong-horse-1')).status).toBe(401);
    expect(await hashOf(user.id)).toMatch(/^\$2/);

    const answer = await login(user.email);
    expect([answer.status, answer.body.user.usesLegacyPasswordHash]).toEqual([200, false]);
    expect(await hashOf(user.id)).toMatch(/^\$argon2id\$/);
    expect((await own.get<SessionAnswer>('/api/auth/session')).body.user.usesLegacyPasswordHash).toBe(false);
    expect((await login(user.email)).status).toBe(200);
  });

  it('of a cost that nobody can wait for, or cut off, fits no password', async () => {
    for (const passwordHash of [legacyHash.replace('$04$', () => '$31$'), legacyHash.slice(0, -1), '!', '']) {
      expect((await login((await createUser(panel, { passwordHash })).email)).status).toBe(401);
    }
  });

  it('lets its owner choose a new password', async () => {
    const own = panel.as(await openSession(panel, await createUser(panel, { passwordHash: legacyHash })));
    const body = { password: 'New-password-9', currentPassword: PASSWORD };
    expect((await own.put('/api/users/me', body)).status).toBe(200);
  });

  it('costs the usual work too, so that time does not tell who has one', async () => {
    const hasher = panel.app.get(PasswordHasher);
    const user = await createUser(panel, { passwordHash: legacyHash });
    const before = hasher.comparisons;
    await login(user.email, 'Wrong-horse-1');
    expect(hasher.comparisons - before).toBe(1);
  });
});

it('a hash of another cost is renewed at the next sign-in, one of the configured cost is not', async () => {
  const other = await argon2(PASSWORD, { memoryCost: 4096, timeCost: 1, parallelism: 1 });
  const user = await createUser(panel, { passwordHash: other });
  expect((await login(user.email)).status).toBe(200);
  const renewed = await hashOf(user.id);
  expect(renewed).toContain('m=8192,t=1,p=1');
  expect((await login(user.email)).status).toBe(200);
  expect(await hashOf(user.id)).toBe(renewed);
});
