import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AdminAccount } from '../../src/identity/users/admin-account.js';
import {
  createAdmin,
  createApiKey,
  createStaff,
  createUser,
  openSession,
  PASSWORD,
  unique,
} from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface User {
  id: number;
  email: string;
  role: string | null;
  settings: Record<string, unknown>;
  [field: string]: unknown;
}
interface Result {
  success: boolean;
  user: User;
  error?: string;
}

const ADMIN = { email: 'Root@Panel.test', password: 'Root-Password-1' };
let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel({ env: { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password } });
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const stored = (id: number) => panel.prisma.user.findUniqueOrThrow({ where: { id } });

describe('the admin of the environment', () => {
  it('can sign in after the first start and holds everything', async () => {
    const answer = await panel.http.post<Result>('/api/auth/login', ADMIN);
    expect(answer.body.user).toMatchObject({
      email: 'root@panel.test',
      role: 'rootAdmin',
      emailVerified: true,
      permissions: ['*'],
    });
  });

  it('is one who was promoted at the command line, at once', async () => {
    const user = await createUser(panel);
    const client = await as(user);
    expect((await client.get('/api/roles')).status).toBe(403);
    await panel.app.get(AdminAccount).promote(user.email.toUpperCase());
    expect((await client.get('/api/roles')).status).toBe(200);
    await expect(panel.app.get(AdminAccount).promote('nobody@panel.test')).rejects.toThrow('no account');
  });
});

describe('registration', () => {
  const register = (values: object = {}) =>
    panel.http.post<Result>('/api/users/register', {
      email: `${unique()}@example.test`,
      password: PASSWORD,
      firstName: 'Ada',
      lastName: 'Lovelace',
      ...values,
    });

  it('takes the whole form of the web client, and empty fields as absent', async () => {
    const answer = await register({
      middleName: ' King ',
      dateOfBirth: '1990-12-10',
      address: '12 St James',
      billingCity: 'London',
      billingZip: 'SW1',
      billingCountry: 'GB',
      title: '',
      gender: '',
      displayName: null,
      parentId: 5,
      captchaToken: 'x',
      behaviorData: { mouseMoves: 30 },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.user).toMatchObject({
      middleName: 'King',
      title: null,
      displayName: null,
      dateOfBirth: '1990-12-10',
      address: '12 St James',
      portalType: 'free',
      role: null,
      emailVerified: false,
      parentId: null,
      settings: { emailPreferences: { billing: true, marketing: false } },
    });
  });

  it('writes nothing but what the form has', async () => {
    const { body } = await register({
      role: 'rootAdmin',
      portalType: 'enterprise',
      emailVerified: true,
      id: 1,
      limits: {},
      suspended: true,
    });
    expect(await stored(body.user.id)).toMatchObject({
      role: null,
      portalType: 'free',
      emailVerified: false,
      limits: null,
      suspended: false,
    });
  });

  it('takes an address once, whatever its case', async () => {
    const email = `${unique()}@example.test`;
    expect((await register({ email })).status).toBe(200);
    expect(await register({ email: email.toUpperCase() })).toMatchObject({
      status: 409,
      body: { error: 'An account with that email address already exists.' },
    });
  });

  it('names what is wrong, without repeating what was sent', async () => {
    const answer = await register({
      email: 'nonsense',
      password: 'secret',
      firstName: ' ',
      lastName: 'x'.repeat(65),
      dateOfBirth: '2001-02-30',
    });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        fields: {
          email: expect.arrayContaining(['Invalid email address']),
          password: [expect.stringContaining('at least 8 characters')],
          firstName: ['firstName is required.'],
          lastName: ['lastName must be at most 64 characters.'],
          dateOfBirth: ['invalid_date_of_birth'],
        },
      },
    });
    expect(answer.text).not.toContain('secret');
  });

  it('refuses mailboxes for minutes while the filter is on', async () => {
    expect((await register({ email: `${unique()}@mailinator.com` })).status).toBe(400);
    await panel.as(await rootSession()).patch('/api/admin/settings', { featureToggles: { tempEmailFilter: false } });
    expect((await register({ email: `${unique()}@mailinator.com` })).status).toBe(200);
  });

  it('is closed by the setting and by the flag', async () => {
    const root = panel.as(await rootSession());
    await root.patch('/api/admin/settings', { registrationEnabled: false, registrationNotice: 'Back in May.' });
    expect(await register({ email: 'nonsense' })).toMatchObject({
      status: 503,
      body: { error: 'registration_disabled', message: 'Back in May.' },
    });
    await root.patch('/api/admin/settings', { registrationEnabled: true, featureToggles: { registration: false } });
    expect(await register()).toMatchObject({
      status: 503,
      body: { error: 'feature_disabled', feature: 'registration' },
    });
    await root.patch('/api/admin/settings', { featureToggles: { registration: true } });
    expect((await register()).status).toBe(200);
  });

  const rootSession = async () => openSession(panel, await createAdmin(panel));
});

describe('a profile', () => {
  it('is read by its owner as `me` and by id, and by staff', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    const me = await own.get<User>('/api/users/me');
    expect(me.body).toMatchObject({ id: user.id, email: user.email, orgRole: 'member', twoFactorEnabled: false });
    expect(JSON.stringify(me.body)).not.toContain('argon2');
    expect((await own.get(`/api/users/${user.id}`)).body).toEqual(me.body);
    const staff = await as(await createStaff(panel, ['users:read']));
    expect((await staff.get(`/api/users/${user.id}`)).body).toEqual(me.body);
    expect(await staff.get('/api/users/99999999')).toMatchObject({ status: 404, body: { error: 'User not found' } });
  });

  it('is hidden from others before anybody looks whether it exists', async () => {
    const stranger = await as(await createUser(panel));
    const user = await createUser(panel);
    for (const id of [user.id, 99_999_999]) {
      expect(await stranger.get(`/api/users/${id}`)).toMatchObject({ status: 403, body: { error: 'Forbidden' } });
      expect(await stranger.put(`/api/users/${id}`, { firstName: 'X' })).toMatchObject({ status: 403 });
    }
    expect((await stranger.get('/api/users/abc')).status).toBe(404);
  });

  it('is changed by its owner: fields are set and cleared, the next read shows it', async () => {
    const own = await as(await createUser(panel, { phone: '1', title: 'Dr' }));
    const answer = await own.put<Result>('/api/users/me', {
      firstName: ' Grace ',
      phone: '',
      address: 'Here 1',
      dateOfBirth: '1980-01-02',
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { user: { firstName: 'Grace', phone: null, address: 'Here 1', title: 'Dr', dateOfBirth: '1980-01-02' } },
    });
    expect((await own.get<{ user: User }>('/api/auth/session')).body.user).toMatchObject({
      firstName: 'Grace',
      phone: null,
    });
    const [entry] = (await own.get<{ action: string; metadata: object }[]>('/api/users/me/logs')).body;
    expect(entry).toMatchObject({ action: 'update-address', metadata: { phone: { before: '1', after: null } } });
  });

  it('keeps its first and last name', async () => {
    const own = await as(await createUser(panel));
    expect(await own.put('/api/users/me', { firstName: '' })).toMatchObject({
      status: 400,
      body: { error: 'firstName_required' },
    });
    expect(await own.put('/api/users/me', { lastName: ' ' })).toMatchObject({
      status: 400,
      body: { error: 'lastName_required' },
    });
    expect(await own.put('/api/users/me', { title: 'x'.repeat(33) })).toMatchObject({
      status: 400,
      body: { error: 'title must be at most 32 characters.' },
    });
  });

  it('ignores what its owner may not change', async () => {
    const user = await createUser(panel, { emailVerified: false });
    const before = await stored(user.id);
    const answer = await (
      await as(user)
    ).put('/api/users/me', {
      role: 'rootAdmin',
      portalType: 'enterprise',
      limits: { memory: 1 },
      emailVerified: true,
      suspended: true,
      passwordHash: 'x',
      uuid: '00000000-0000-4000-8000-000000000000',
      id: 1,
      email: user.email,
    });
    expect(answer.status).toBe(200);
    expect(await stored(user.id)).toEqual(before);
  });

  it('allows six forms a minute, and more when only settings are sent', async () => {
    const own = await as(await createUser(panel));
    for (let index = 0; index < 6; index++)
      expect((await own.put('/api/users/me', { title: `${index}` })).status).toBe(200);
    const limited = await own.put('/api/users/me', { title: 'x' });
    expect([limited.status, Number(limited.headers['retry-after']) > 0]).toEqual([429, true]);
    expect((await own.put('/api/users/me', { settings: { locale: 'en' } })).status).toBe(200);
  });

  it('counts forms of one network together, whatever IPv6 addresses it uses', async () => {
    const own = await as(await createUser(panel));
    const change = async (address: string) =>
      (await own.put('/api/users/me', { title: 'x' }, { headers: { 'x-forwarded-for': address } })).status;
    for (let index = 0; index < 6; index++) expect(await change(`2001:db8:5:5:${index}::1`)).toBe(200);
    expect(await change('2001:db8:5:5::9')).toBe(429);
    expect(await change('2001:db8:5:6::9')).toBe(200);
  });

  it('does not tell its password to somebody who has the session and many addresses', async () => {
    const own = await as(await createUser(panel));
    const guess = async (index: number, currentPassword = `Wrong-horse-${index}`) => {
      const headers = { 'x-forwarded-for': `198.51.100.${index}` };
      return (await own.put('/api/users/me', { password: 'New-horse-9', currentPassword }, { headers })).status;
    };
    for (let index = 1; index <= 10; index++) expect(await guess(index)).toBe(403);
    expect(await guess(11, PASSWORD)).toBe(429);
  });

  it('needs users:write of an API key', async () => {
    const user = await createUser(panel);
    const reader = panel.as(await createApiKey(panel, user, { permissions: ['servers:read'] }));
    expect((await reader.put('/api/users/me', { title: 'x' })).status).toBe(403);
    expect((await reader.patch('/api/users/me/favorites', { favorites: [] })).status).toBe(403);
    const writer = panel.as(await createApiKey(panel, user, { permissions: ['users:write'] }));
    expect((await writer.put('/api/users/me', { title: 'x' })).status).toBe(200);
    expect((await writer.put('/api/users/me', { password: 'New-password-9', currentPassword: PASSWORD })).status).toBe(
      403,
    );
  });
});

describe('settings', () => {
  it('are merged key by key, and unknown keys are dropped', async () => {
    const own = await as(await createUser(panel, { settings: { theme: { name: 'dark' }, badges: ['founder'] } }));
    const { body } = await own.put<Result>('/api/users/me', {
      settings: { locale: 'ru', badges: ['fake'], secret: 1 },
    });
    expect(body.user.settings).toEqual({ theme: { name: 'dark' }, badges: ['founder'], locale: 'ru' });
  });

  it('lose nothing when two browsers save at once', async () => {
    const own = await as(await createUser(panel));
    const keys = ['theme', 'locale', 'editor', 'notifications', 'guideShown'];
    await Promise.all(keys.map((key) => own.put('/api/users/me', { settings: { [key]: key } })));
    const { settings } = (await own.get<User>('/api/users/me')).body;
    expect(settings).toEqual(Object.fromEntries(keys.map((key) => [key, key])));
  });

  it('are bounded in size and depth, also in pieces', async () => {
    const own = await as(await createUser(panel));
    const half = 'x'.repeat(40_000);
    expect((await own.put('/api/users/me', { settings: { theme: half } })).status).toBe(200);
    expect((await own.put('/api/users/me', { settings: { editor: half } })).status).toBe(400);
    let deep: unknown = 1;
    for (let level = 0; level < 20; level++) deep = { deep };
    expect((await own.put('/api/users/me', { settings: { theme: deep } })).status).toBe(400);
    expect((await own.put('/api/users/me', { settings: 'theme' })).status).toBe(400);
  });

  it('hold the favourite servers, each once', async () => {
    const own = await as(await createUser(panel));
    const answer = await own.patch('/api/users/me/favorites', { favorites: ['b', 'a', 'b'] });
    expect(answer.body).toEqual({ success: true, serverFavorites: ['b', 'a'] });
    expect((await own.get<User>('/api/users/me')).body.settings['serverFavorites']).toEqual(['b', 'a']);
    for (const favorites of [undefined, 'a', [1], Array.from({ length: 501 }, () => 'a'), ['x'.repeat(65)]]) {
      const refused = await own.patch('/api/users/me/favorites', { favorites });
      expect(refused).toMatchObject({ status: 400, body: { error: 'Invalid favorites list' } });
    }
  });
});

describe('a new password', () => {
  it('needs the old one, ends the other sessions and keeps this one', async () => {
    const user = await createUser(panel);
    const [own, other] = [await as(user), await as(user)];
    expect((await other.get('/api/auth/session')).status).toBe(200);
    expect(await own.put('/api/users/me', { password: 'New-password-9' })).toMatchObject({
      status: 400,
      body: { error: 'Current password is required to change password' },
    });
    expect(
      await own.put('/api/users/me', { password: 'New-password-9', currentPassword: 'Wrong-one-1' }),
    ).toMatchObject({
      status: 403,
      body: { error: 'Current password is invalid' },
    });
    expect((await own.put('/api/users/me', { password: 'New-password-9', currentPassword: PASSWORD })).status).toBe(
      200,
    );
    expect((await own.get('/api/auth/session')).status).toBe(200);
    expect((await other.get('/api/auth/session')).status).toBe(401);
    const login = (password: string) => panel.http.post('/api/auth/login', { email: user.email, password });
    expect([(await login(PASSWORD)).status, (await login('New-password-9')).status]).toEqual([401, 200]);
  });

  it('is needed from staff too when it is their own', async () => {
    const own = await as(await createStaff(panel, ['users:write']));
    expect((await own.put('/api/users/me', { password: 'New-password-9' })).status).toBe(400);
  });

  it('is set for others by staff, which ends all their sessions', async () => {
    const user = await createUser(panel);
    const session = await as(user);
    expect((await session.get('/api/auth/session')).status).toBe(200);
    const staff = await as(await createStaff(panel, ['users:write']));
    expect((await staff.put(`/api/users/${user.id}`, { password: 'New-password-9' })).status).toBe(200);
    expect((await session.get('/api/auth/session')).status).toBe(401);
  });
});

describe('staff', () => {
  it('changes state, not rank and quota, with users:write alone', async () => {
    const user = await createUser(panel, { emailVerified: false });
    const staff = await as(await createStaff(panel, ['users:write']));
    const change = (body: object) => staff.put<Result>(`/api/users/${user.id}`, body);
    expect((await change({ emailVerified: true, suspended: true })).body.user).toMatchObject({
      emailVerified: true,
      suspended: true,
    });
    for (const body of [{ role: 'rootAdmin' }, { role: 'staff' }, { portalType: 'paid' }, { limits: { memory: 1 } }]) {
      expect(await change(body)).toMatchObject({ status: 403, body: { error: 'Insufficient permissions' } });
    }
  });

  it('changes quota and labels with admin:user:edit, but makes no superusers', async () => {
    const user = await createUser(panel);
    const staff = await as(await createStaff(panel, ['users:write', 'admin:user:edit']));
    const change = (body: object) => staff.put<Result>(`/api/users/${user.id}`, body);
    const quota = { portalType: 'paid', limits: { memory: 1024, serverLimit: null }, role: 'staff' };
    expect((await change(quota)).body.user).toMatchObject(quota);
    expect((await change({ role: '*' })).status).toBe(403);
    expect((await change({ limits: { gold: 1 } })).status).toBe(400);
    expect((await change({ limits: { memory: -1 } })).status).toBe(400);
  });

  it('does not touch accounts that hold more, whatever it is', async () => {
    const staff = await as(await createStaff(panel, ['users:write']));
    for (const target of [await createAdmin(panel), await createStaff(panel, ['nodes:read'])]) {
      expect((await staff.put(`/api/users/${target.id}`, { firstName: 'X' })).status).toBe(403);
      expect((await staff.put(`/api/users/${target.id}`, { password: 'New-password-9' })).status).toBe(403);
    }
  });

  it('gives the label admin only beside the rights that it promises', async () => {
    const root = await as(await createAdmin(panel));
    expect((await root.put(`/api/users/${(await createUser(panel)).id}`, { role: 'admin' })).status).toBe(409);
    const holder = await createStaff(panel, ['admin:access']);
    expect((await root.put(`/api/users/${holder.id}`, { role: 'admin' })).status).toBe(200);
  });
});

it('keeps the last rootAdmin', async () => {
  const root = await createAdmin(panel);
  await panel.prisma.user.updateMany({ where: { id: { not: root.id }, role: 'rootAdmin' }, data: { role: null } });
  const client = await as(root);
  expect(await client.put('/api/users/me', { role: '' })).toMatchObject({
    status: 409,
    body: { error: 'At least one rootAdmin must remain' },
  });
  await createAdmin(panel);
  expect((await client.put<Result>('/api/users/me', { role: '' })).body.user.role).toBeNull();
  expect((await client.get('/api/roles')).status).toBe(403);
});
