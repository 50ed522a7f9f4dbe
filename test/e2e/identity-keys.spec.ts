import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountCredentials } from '../../src/identity/auth/account-credentials.js';
import { createAdmin, createApiKey, createStaff, createUser, openSession, unique } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient, RequestHeaders } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

interface Key {
  id: number;
  name: string;
  permissions: string[];
  user: { id: number };
  [field: string]: unknown;
}
interface CreatedKey {
  success: boolean;
  apiKey: string;
  id: number;
  entry: Key;
}
interface Entry {
  id: number;
  action: string;
  isRead: boolean;
}

const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILHT6xE9tX79T9ZGDb9ZbDYj4xaIJMe8VdhyjLrUZXst';
let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const keyed = (apiKey: string) => panel.as({ headers: { authorization: `Bearer ${apiKey}` } });

describe('an API key', () => {
  it('is shown once, works in every header form, and only its digest is stored', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    const { body } = await own.post<CreatedKey>('/api/apikeys', {
      name: ' CI ',
      type: 'client',
      permissions: ['servers:read'],
    });
    expect(body).toMatchObject({
      success: true,
      apiKey: expect.stringMatching(/^[0-9a-f]{64}$/),
      entry: { name: 'CI', expiresAt: null },
    });
    const forms: RequestHeaders[] = [
      { authorization: `Bearer ${body.apiKey}` },
      { authorization: `ApiKey ${body.apiKey}` },
      { authorization: body.apiKey },
      { 'x-api-key': body.apiKey },
    ];
    for (const headers of forms) {
      const session = await panel
        .as({ headers })
        .get<{ user: { id: number; sessionId?: string } }>('/api/auth/session');
      expect(session.body.user.id).toBe(user.id);
      expect(session.body.user.sessionId).toBeUndefined();
    }
    const row = await panel.prisma.apiKey.findUniqueOrThrow({ where: { id: body.id } });
    expect(JSON.stringify({ ...row, digest: Buffer.from(row.digest).toString('hex') })).not.toContain(body.apiKey);
    expect((await own.get<Key[]>('/api/apikeys/my')).text).not.toContain(body.apiKey);
  });

  it('costs no query once it is known', async () => {
    const caller = panel.as(await createApiKey(panel, await createUser(panel)));
    await caller.get('/api/auth/session');
    const before = panel.database.statements;
    await caller.get('/api/auth/session');
    // The job queue may ask in between, a request for identity would ask at least twice.
    expect(panel.database.statements - before).toBeLessThan(2);
  });

  it('holds what was asked for and its owner holds, the rest is dropped', async () => {
    const own = await as(await createUser(panel));
    const permissions = ['servers:read', 'servers:read', 'nodes:create', '*', '*:read', 'nonsense:here', 'files'];
    const { body } = await own.post<CreatedKey>('/api/apikeys', { name: 'all', type: 'client', permissions });
    expect(body.entry.permissions).toEqual(['servers:read']);
  });

  it('of the type admin is for superusers', async () => {
    const text = 'Only system administrators with * permission can create admin API keys';
    const staff = await as(await createStaff(panel, ['*']));
    expect(await staff.post('/api/apikeys', { name: 'a', type: 'admin' })).toMatchObject({
      status: 403,
      body: { error: text },
    });
    const root = await as(await createAdmin(panel));
    const { body } = await root.post<CreatedKey>('/api/apikeys', { name: 'a', type: 'admin' });
    expect((await keyed(body.apiKey).get('/api/roles')).status).toBe(200);
  });

  it('needs a name, a type, permissions that are some, and an end that is to come', async () => {
    const own = await as(await createUser(panel));
    for (const body of [{}, { name: 'x' }, { name: ' ', type: 'client' }, { name: 'x', type: 'root' }]) {
      expect(await own.post('/api/apikeys', body)).toMatchObject({
        status: 400,
        body: { error: 'name and valid type required' },
      });
    }
    const wrong = [
      { permissions: ['a b'] },
      { permissions: 'servers:read' },
      { expiresAt: '2001-01-01T00:00:00Z' },
      { expiresAt: 'soon' },
      { allowedIps: ['127.1'] },
      { allowedIps: ['10.0.0.0/33'] },
      { allowedIps: ['10/8'] },
      { allowedIps: ['0x0a000000/8'] },
      { name: 'x'.repeat(65) },
    ];
    for (const values of wrong) {
      expect([values, (await own.post('/api/apikeys', { name: 'x', type: 'client', ...values })).status]).toEqual([
        values,
        400,
      ]);
    }
  });

  it('is made for others only with users:write, and not for who holds more', async () => {
    const user = await createUser(panel);
    const body = { name: 'for you', type: 'client', userId: user.id, permissions: ['servers:read', 'users:write'] };
    expect(await (await as(await createUser(panel))).post('/api/apikeys', body)).toMatchObject({
      status: 403,
      body: { error: 'Not allowed to create keys for other users' },
    });
    const staff = await as(await createStaff(panel, ['users:write', 'apikeys:create', 'servers:read']));
    const created = await staff.post<CreatedKey>('/api/apikeys', body);
    expect(created.body.entry).toMatchObject({ user: { id: user.id }, permissions: ['servers:read'] });
    // Nobody gets through a key of somebody else what he may not do himself.
    const less = await as(await createStaff(panel, ['users:write', 'apikeys:create']));
    const narrow = await less.post<CreatedKey>('/api/apikeys', body);
    expect(narrow.body.entry).toMatchObject({ user: { id: user.id }, permissions: [] });
    const root = await createAdmin(panel);
    expect((await staff.post('/api/apikeys', { ...body, userId: root.id })).status).toBe(403);
    expect((await staff.post('/api/apikeys', { ...body, userId: 99_999_999 })).status).toBe(404);
  });

  it('makes and deletes no keys', async () => {
    const root = await createAdmin(panel);
    const key = await createApiKey(panel, root, { type: 'admin' });
    expect((await panel.as(key).post('/api/apikeys', { name: 'x', type: 'client' })).status).toBe(403);
    expect((await panel.as(key).delete(`/api/apikeys/${key.id}`)).status).toBe(403);
  });

  it('lists itself, its owner all of his, staff those of everybody', async () => {
    const user = await createUser(panel);
    const [one, two] = [
      await createApiKey(panel, user, { permissions: ['apikeys:read'] }),
      await createApiKey(panel, user),
    ];
    const ids = async (client: HttpClient, path: string) => (await client.get<Key[]>(path)).body.map(({ id }) => id);
    expect(await ids(panel.as(one), '/api/apikeys/my')).toEqual([one.id]);
    const own = await as(user);
    expect(await ids(own, '/api/apikeys/my')).toEqual([two.id, one.id]);
    expect(await ids(own, '/api/apikeys')).toEqual([two.id, one.id]);
    const root = await as(await createAdmin(panel));
    expect(await ids(root, '/api/apikeys?limit=2')).toEqual([two.id, one.id]);
    expect((await own.get('/api/apikeys?limit=501')).status).toBe(400);
    expect((await panel.as(two).get('/api/apikeys')).status).toBe(403);
  });

  it('is read and deleted by its owner and by staff; for others it is not there', async () => {
    const key = await createApiKey(panel, await createUser(panel));
    const stranger = await as(await createUser(panel));
    expect((await stranger.get(`/api/apikeys/${key.id}`)).status).toBe(404);
    expect((await stranger.delete(`/api/apikeys/${key.id}`)).status).toBe(404);
    expect((await panel.as(key).get<Key>(`/api/apikeys/${key.id}`)).body.id).toBe(key.id);
    const root = await as(await createAdmin(panel));
    expect((await root.get(`/api/apikeys/${key.id}`)).status).toBe(200);
    expect((await root.delete(`/api/apikeys/${key.id}`)).body).toEqual({ success: true });
    expect((await root.delete(`/api/apikeys/${key.id}`)).status).toBe(404);
    expect((await root.get('/api/apikeys/x')).status).toBe(404);
    expect((await panel.as(key).get('/api/auth/session')).status).toBe(401);
  });

  it('is made once when the client repeats itself with an Idempotency-Key', async () => {
    const own = await as(await createUser(panel));
    const create = () =>
      own.post<CreatedKey>(
        '/api/apikeys',
        { name: 'x', type: 'client' },
        { headers: { 'idempotency-key': `key-${panel.url}` } },
      );
    const first = await create();
    expect((await create()).body).toEqual(first.body);
    expect((await own.get<Key[]>('/api/apikeys/my')).body).toHaveLength(1);
  });

  it('is limited in number by day, except for superusers', async () => {
    const limited = await startPanel({ env: { APIKEY_CREATE_RATE_USER: '2', APIKEY_CREATE_RATE_IP: '1000' } });
    try {
      const create = async (user: TestUser) => {
        const client = limited.as(await openSession(limited, user));
        const answers = [1, 2, 3].map(() => client.post('/api/apikeys', { name: 'x', type: 'client' }));
        return (await Promise.all(answers)).map(({ status }) => status).sort();
      };
      expect(await create(await createUser(limited))).toEqual([200, 200, 429]);
      expect(await create(await createAdmin(limited))).toEqual([200, 200, 200]);
    } finally {
      await limited.close();
    }
  });
});

describe('sessions', () => {
  it('are listed and ended one by one by their owner', async () => {
    const user = await createUser(panel);
    const [first, second] = [await openSession(panel, user), await openSession(panel, user)];
    const own = panel.as(first);
    const { body } = await own.get<{ sessions: string[]; details: { id: string; current: boolean }[] }>(
      '/api/sessions/me',
    );
    expect(new Set(body.sessions)).toEqual(new Set([first.sessionId, second.sessionId]));
    expect(body.details.find(({ current }) => current)?.id).toBe(first.sessionId);
    expect((await panel.as(second).get('/api/auth/session')).status).toBe(200);
    const end = (sessionId: string) => own.post('/api/sessions/logout', { userId: user.id, sessionId });
    expect((await end(second.sessionId)).body).toEqual({ success: true });
    expect((await panel.as(second).get('/api/auth/session')).status).toBe(401);
    expect(await end(second.sessionId)).toMatchObject({ status: 404, body: { error: 'User or session not found' } });
    expect((await end('nonsense')).status).toBe(400);
  });

  it('end elsewhere, or everywhere when wished', async () => {
    const user = await createUser(panel);
    const [here, there] = [await openSession(panel, user), await openSession(panel, user)];
    const status = async (caller: typeof here) => (await panel.as(caller).get('/api/auth/session')).status;
    expect([await status(here), await status(there)]).toEqual([200, 200]);
    await panel.as(here).post('/api/sessions/logout-all', { userId: user.id });
    expect([await status(here), await status(there)]).toEqual([200, 401]);
    await panel.as(here).post('/api/sessions/logout-all', { userId: user.id, includeCurrent: true });
    expect(await status(here)).toBe(401);
  });

  it('of others are for staff, but not those of more privileged people; keys get none', async () => {
    const user = await createUser(panel);
    const session = await openSession(panel, user);
    const stranger = await as(await createUser(panel));
    expect((await stranger.get(`/api/sessions/${user.id}`)).status).toBe(403);
    expect(
      (await stranger.post('/api/sessions/logout', { userId: user.id, sessionId: session.sessionId })).status,
    ).toBe(403);
    const staff = await as(await createStaff(panel, ['admin:access']));
    expect((await staff.get<{ sessions: string[] }>(`/api/sessions/${user.id}`)).body.sessions).toEqual([
      session.sessionId,
    ]);
    expect((await staff.get('/api/sessions/99999999')).status).toBe(404);
    const root = await createAdmin(panel);
    expect((await staff.post('/api/sessions/logout-all', { userId: root.id })).status).toBe(403);
    expect((await panel.as(await createApiKey(panel, root, { type: 'admin' })).get('/api/sessions/me')).status).toBe(
      403,
    );
  });
});

describe('SSH keys', () => {
  it('are added, listed, renamed and deleted by their owner', async () => {
    const user = await createUser(panel);
    const own = await as(user);
    const added = await own.post<{ id: number }>('/api/ssh-keys', {
      name: 'Laptop',
      publicKey: `${ED25519} ada@laptop`,
    });
    expect(added).toMatchObject({
      status: 201,
      body: { fingerprint: 'SHA256:eEvxfT0VvQbKLz2ZlVobnX2q4a8w5ggWZnOWq/Jux6I' },
    });
    expect((await own.get('/api/ssh-keys')).body).toEqual([added.body]);
    const { id } = added.body;
    expect((await own.put(`/api/ssh-keys/${id}`, { name: 'Desk' })).body).toEqual({
      success: true,
      key: { id, name: 'Desk' },
    });
    expect(await own.post('/api/ssh-keys', { name: 'Again', publicKey: ED25519 })).toMatchObject({
      status: 409,
      body: { error: 'This key is already registered on your account' },
    });

    const credentials = panel.app.get(AccountCredentials);
    expect((await credentials.verifySshKey(user.email.toUpperCase(), ED25519))?.id).toBe(user.id);
    expect(await credentials.verifySshKey('nobody@example.test', ED25519)).toBeUndefined();

    const stranger = await as(await createUser(panel));
    expect((await stranger.put(`/api/ssh-keys/${id}`, { name: 'Mine' })).status).toBe(404);
    expect((await stranger.delete(`/api/ssh-keys/${id}`)).status).toBe(404);
    expect((await own.delete(`/api/ssh-keys/${id}`)).body).toEqual({ success: true });
    expect(await credentials.verifySshKey(user.email, ED25519)).toBeUndefined();
  });

  it('need a name and a key that is one', async () => {
    const own = await as(await createUser(panel));
    expect(await own.post('/api/ssh-keys', {})).toMatchObject({
      status: 400,
      body: { error: 'name and publicKey are required' },
    });
    const refused = await own.post<{ error: string }>('/api/ssh-keys', { name: 'x', publicKey: 'ssh-dss AAAA' });
    expect([refused.status, refused.body.error]).toEqual([400, expect.stringContaining('ssh-ed25519')]);
    expect((await own.put('/api/ssh-keys/1', {})).body).toMatchObject({ error: 'name is required' });
  });
});

describe('the activity log', () => {
  const seed = (userId: number, actions: readonly string[]) =>
    panel.prisma.activityEntry.createMany({
      data: actions.map((action, index) => ({
        userId,
        action,
        targetType: 'server',
        timestamp: new Date(1_700_000_000_000 + index),
      })),
    });

  it('is newest first, in pages, filtered, and tolerant of odd numbers', async () => {
    const user = await createUser(panel);
    await seed(user.id, ['server:start', 'server:stop', 'login', 'server:start']);
    const own = await as(user);
    const list = async (query: string) =>
      (await own.get<Entry[]>(`/api/users/me/logs${query}`)).body.map(({ action }) => action);
    expect(await list('')).toEqual(['server:start', 'login', 'server:stop', 'server:start']);
    expect(await list('?limit=2&offset=1')).toEqual(['login', 'server:stop']);
    expect(await list('?action=st')).toEqual(['server:start', 'server:stop', 'server:start']);
    expect(await list('?targetType=node')).toEqual([]);
    expect(await list('?limit=-5&offset=x')).toHaveLength(4);
    expect(await list('?limit=99999&offset=NaN')).toHaveLength(4);
    expect((await own.get<Entry[]>(`/api/users/${user.id}/activity?limit=1`)).body).toHaveLength(1);
  });

  it('counts what is unread and marks it read, one or all', async () => {
    const user = await createUser(panel);
    await seed(user.id, ['a', 'b', 'c']);
    const own = await as(user);
    const unread = async () => (await own.get<{ unread: number }>('/api/users/me/logs/unread-count')).body.unread;
    expect(await unread()).toBe(3);
    const [newest] = (await own.get<Entry[]>('/api/users/me/logs?unread=1')).body;
    const marked = await own.patch<{ log: Entry }>(`/api/users/me/logs/${newest?.id}/read`);
    expect(marked.body.log).toMatchObject({ id: newest?.id, action: 'c', isRead: true });
    expect(await unread()).toBe(2);
    expect((await own.get<Entry[]>('/api/users/me/logs?unread=no')).body).toHaveLength(1);
    expect((await own.patch('/api/users/me/logs/read-all')).body).toEqual({ success: true });
    expect(await unread()).toBe(0);
  });

  it('belongs to its account; staff reads it with logs:read', async () => {
    const user = await createUser(panel);
    await seed(user.id, ['x']);
    const [entry] = (await (await as(user)).get<Entry[]>('/api/users/me/logs')).body;
    const stranger = await as(await createUser(panel));
    for (const path of ['logs', 'activity', 'logs/unread-count']) {
      expect((await stranger.get(`/api/users/${user.id}/${path}`)).status).toBe(403);
    }
    expect((await stranger.patch(`/api/users/me/logs/${entry?.id}/read`)).status).toBe(404);
    expect((await stranger.patch(`/api/users/${user.id}/logs/read-all`)).status).toBe(403);
    const staff = await as(await createStaff(panel, ['logs:read']));
    expect((await staff.get<Entry[]>(`/api/users/${user.id}/logs`)).body).toHaveLength(1);
  });

  it('tells what happens to an account', async () => {
    const email = `${unique()}@example.test`;
    await panel.http.post('/api/users/register', { email, password: 'Correct-horse-7', firstName: 'A', lastName: 'B' });
    await panel.http.post('/api/auth/login', { email, password: 'Wrong-horse-7' });
    const { body } = await panel.http.post<{ token: string }>('/api/auth/login', {
      email,
      password: 'Correct-horse-7',
    });
    const own = panel.as({ headers: { authorization: `Bearer ${body.token}` } });
    await own.post('/api/apikeys', { name: 'k', type: 'client' });
    const actions = (await own.get<Entry[]>('/api/users/me/logs')).body.map(({ action }) => action);
    expect(actions).toEqual(['apikey-created', 'login', 'login_failed', 'register']);
  });
});
