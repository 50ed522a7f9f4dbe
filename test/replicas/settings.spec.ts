import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAdmin, createApiKey, createStaff, createUser, openSession } from '../support/factories.js';
import type { TestSession } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { until } from '../support/until.js';

/** What a change may take to reach the other replica: one message through Redis. */
const AT_ONCE = { within: 1_000, every: 5 };

let here: TestPanel;
let there: TestPanel;
let admin: TestSession;

beforeAll(async () => {
  here = await startPanel();
  there = await here.replica();
  admin = await openSession(here, await createAdmin(here));
});
afterAll(async () => {
  await there.close();
  await here.close();
});

const statusThere = async (path: string, session: Pick<TestSession, 'headers'> = { headers: {} }): Promise<number> =>
  (await there.as(session).get(path)).status;

describe('a change at one replica is in force at the other', () => {
  it('when a flag is switched off and on', async () => {
    const set = (on: boolean) => here.as(admin).put('/api/admin/settings', { featureToggles: { billing: on } });
    expect(await statusThere('/api/orders')).toBe(404);
    await set(false);
    await until('the flag is off there', async () => (await statusThere('/api/orders')) === 503, AT_ONCE);
    await set(true);
    await until('the flag is on there', async () => (await statusThere('/api/orders')) === 404, AT_ONCE);
  });

  it('when a setting changes', async () => {
    await here.as(admin).patch('/api/admin/settings', { registrationNotice: 'Closed on Monday' });
    await until(
      'the notice is there',
      async () => (await there.http.get('/api/panel/settings')).text.includes('Closed on Monday'),
      AT_ONCE,
    );
  });

  it('when a session ends', async () => {
    const session = await openSession(here, await createUser(here));
    expect(await statusThere('/api/users/me', session)).toBe(200);
    await here.as(session).post('/api/auth/logout');
    await until(
      'the session is refused there',
      async () => (await statusThere('/api/users/me', session)) === 401,
      AT_ONCE,
    );
  });

  it('when an API key is deleted', async () => {
    const user = await createUser(here);
    const [session, key] = [await openSession(here, user), await createApiKey(here, user, { permissions: ['*'] })];
    expect(await statusThere('/api/users/me', key)).toBe(200);
    await here.as(session).delete(`/api/apikeys/${key.id}`);
    await until('the key is refused there', async () => (await statusThere('/api/users/me', key)) === 401, AT_ONCE);
  });

  it('when an account is suspended', async () => {
    const user = await createUser(here);
    const session = await openSession(here, user);
    expect(await statusThere('/api/users/me', session)).toBe(200);
    await here.as(admin).put(`/api/users/${user.id}`, { suspended: true });
    await until(
      'the account is refused there',
      async () => (await statusThere('/api/users/me', session)) === 403,
      AT_ONCE,
    );
  });

  it('when a role loses a permission', async () => {
    const staff = await createStaff(here, ['nodes:read']);
    const session = await openSession(here, staff);
    expect(await statusThere('/api/nodes', session)).toBe(200);
    const { permissions, roleId } = await roleOf(staff.id);
    await here.as(admin).delete(`/api/roles/${roleId}/permissions/${permissions[0]?.id ?? 0}`);
    await until(
      'the permission is gone there',
      async () => (await statusThere('/api/nodes', session)) === 403,
      AT_ONCE,
    );
  });
});

async function roleOf(userId: number): Promise<{ roleId: number; permissions: { id: number }[] }> {
  const { roleId, role } = await here.prisma.userRole.findFirstOrThrow({
    where: { userId },
    select: { roleId: true, role: { select: { permissions: { select: { id: true } } } } },
  });
  return { roleId, permissions: role.permissions };
}
