import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAdmin, createRole, createStaff, createUser, openSession, unique } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { routesOf } from '../support/routes.js';

interface Role {
  id: number;
  name: string;
  parentRoleId: number | null;
  permissions: { id: number; value: string }[];
  parentRole: { id: number; permissions: { value: string }[] } | null;
}
interface Session {
  user: { permissions: string[] };
}

let panel: TestPanel;
let root: HttpClient;
beforeAll(async () => {
  panel = await startPanel();
  root = await as(await createAdmin(panel));
});
afterAll(() => panel.close());

const as = async (user: TestUser): Promise<HttpClient> => panel.as(await openSession(panel, user));
const permissionsOf = async (client: HttpClient): Promise<string[]> =>
  (await client.get<Session>('/api/auth/session')).body.user.permissions;

describe('a role', () => {
  it('is created, given permissions, inherited and deleted', async () => {
    const base = (await root.post<{ role: Role }>('/api/roles', { name: unique() })).body.role;
    expect(base).toMatchObject({ description: null, parentRoleId: null, permissions: [], parentRole: null });
    const added = await root.post<{ perm: { id: number } }>(`/api/roles/${base.id}/permissions`, {
      value: 'users:read',
    });
    expect(added.body).toMatchObject({ success: true, perm: { value: 'users:read' } });
    expect((await root.post(`/api/roles/${base.id}/permissions`, { value: 'users:read' })).body).toEqual(added.body);
    expect((await root.get(`/api/roles/${base.id}/permissions`)).body).toEqual([
      { id: added.body.perm.id, value: 'users:read' },
    ]);

    const name = unique();
    const child = (await root.post<{ role: Role }>('/api/roles', { name, description: 'x', parentRoleId: base.id }))
      .body.role;
    expect(child.parentRole).toMatchObject({ id: base.id, permissions: [{ value: 'users:read' }] });
    expect((await root.get<Role[]>('/api/roles')).body.map(({ id }) => id)).toEqual(
      expect.arrayContaining([base.id, child.id]),
    );

    expect((await root.delete(`/api/roles/${base.id}`)).body).toEqual({ success: true });
    expect((await root.get<Role>(`/api/roles/${child.id}`)).body).toMatchObject({
      parentRoleId: null,
      parentRole: null,
    });
    expect(await root.get(`/api/roles/${base.id}`)).toMatchObject({ status: 404, body: { error: 'Role not found' } });
  });

  it('needs a name of its own, an existing parent and permissions of the known form', async () => {
    expect(await root.post('/api/roles', {})).toMatchObject({ status: 400, body: { error: 'name is required' } });
    expect((await root.post('/api/roles', { name: 'default' })).status).toBe(409);
    expect((await root.post('/api/roles', { name: unique(), parentRoleId: 99_999_999 })).status).toBe(404);
    const role = await createRole(panel, []);
    for (const value of [undefined, '', 'a b', 'x'.repeat(65), ['users:read']]) {
      expect((await root.post(`/api/roles/${role.id}/permissions`, { value })).status).toBe(400);
    }
    expect((await root.post('/api/roles/99999999/permissions', { value: 'users:read' })).status).toBe(404);
  });

  it('loses only permissions that are its own', async () => {
    const [role, other] = [await createRole(panel, ['users:read']), await createRole(panel, ['users:write'])];
    const [permission] = (await root.get<Role>(`/api/roles/${other.id}`)).body.permissions;
    const remove = (roleId: number) => root.delete(`/api/roles/${roleId}/permissions/${permission?.id}`);
    expect(await remove(role.id)).toMatchObject({ status: 404, body: { error: 'Permission not found' } });
    expect((await remove(other.id)).body).toEqual({ success: true });
    expect((await root.get<Role>(`/api/roles/${other.id}`)).body.permissions).toEqual([]);
  });

  it('named default stays', async () => {
    const role = await panel.prisma.role.findUniqueOrThrow({ where: { name: 'default' } });
    expect((await root.delete(`/api/roles/${role.id}`)).status).toBe(409);
  });
});

describe('an assigned role', () => {
  it('is in force at once, with all its ancestors, and gone at once', async () => {
    const grand = await createRole(panel, ['nodes:read']);
    const parent = await createRole(panel, ['roles:read'], grand.id);
    const role = await createRole(panel, [], parent.id);
    const user = await createUser(panel);
    const client = await as(user);
    expect([(await client.get('/api/roles')).status, await permissionsOf(client)]).toEqual([403, []]);

    const assign = () => root.post<{ ur: { id: number } }>(`/api/users/${user.id}/roles`, { roleId: role.id });
    const { ur } = (await assign()).body;
    expect((await assign()).body.ur).toEqual(ur);
    expect((await client.get('/api/roles')).status).toBe(200);
    expect((await permissionsOf(client)).sort()).toEqual(['nodes:read', 'roles:read']);
    expect((await client.get(`/api/users/me/roles`)).body).toEqual([
      { id: ur.id, role: { id: role.id, name: role.name, description: null } },
    ]);

    await root.post(`/api/roles/${grand.id}/permissions`, { value: 'eggs:read' });
    expect(await permissionsOf(client)).toContain('eggs:read');

    const other = await createUser(panel);
    expect((await root.delete(`/api/users/${other.id}/roles/${ur.id}`)).status).toBe(404);
    expect((await root.delete(`/api/users/${user.id}/roles/${ur.id}`)).body).toEqual({ success: true });
    expect((await client.get('/api/roles')).status).toBe(403);
  });

  it('ends with the role', async () => {
    const user = await createStaff(panel, ['roles:read']);
    const client = await as(user);
    expect((await client.get('/api/roles')).status).toBe(200);
    const assigned = await panel.prisma.userRole.findFirstOrThrow({ where: { userId: user.id } });
    await root.delete(`/api/roles/${assigned.roleId}`);
    expect((await client.get('/api/roles')).status).toBe(403);
  });

  it('may inherit in a circle without harm', async () => {
    const one = await createRole(panel, ['roles:read']);
    const two = await createRole(panel, ['nodes:read'], one.id);
    await panel.prisma.role.update({ where: { id: one.id }, data: { parentRoleId: two.id } });
    const user = await createUser(panel);
    await root.post(`/api/users/${user.id}/roles`, { roleId: two.id });
    expect((await permissionsOf(await as(user))).sort()).toEqual(['nodes:read', 'roles:read']);
  });

  it('takes the rights of the role default away, unless that is assigned too', async () => {
    const user = await createStaff(panel, ['matrix:nothing']);
    const client = await as(user);
    const create = () => client.post('/api/apikeys', { name: 'x', type: 'client' });
    expect((await create()).status).toBe(403);
    const role = await panel.prisma.role.findUniqueOrThrow({ where: { name: 'default' } });
    await root.post(`/api/users/${user.id}/roles`, { roleId: role.id });
    expect((await create()).status).toBe(200);
    expect(await permissionsOf(client)).toEqual(['matrix:nothing']);
  });

  it('needs an account and a role that exist', async () => {
    const user = await createUser(panel);
    expect(await root.post('/api/users/99999999/roles', { roleId: 1 })).toMatchObject({
      status: 404,
      body: { error: 'User not found' },
    });
    expect(await root.post(`/api/users/${user.id}/roles`, { roleId: 99_999_999 })).toMatchObject({
      status: 404,
      body: { error: 'Role not found' },
    });
    expect((await root.post(`/api/users/${user.id}/roles`, {})).status).toBe(400);
    expect((await root.get('/api/users/99999999/roles')).status).toBe(404);
  });
});

describe('who hands out roles', () => {
  it('cannot give, take or delete what he does not hold', async () => {
    const manager = await createStaff(panel, [
      'roles:assign',
      'roles:create',
      'roles:delete',
      'permissions:assign',
      'users:read',
    ]);
    const client = await as(manager);
    const powerful = await createRole(panel, ['nodes:create']);
    const heir = await createRole(panel, [], powerful.id);
    const user = await createUser(panel);
    const [permission] = (await root.get<Role>(`/api/roles/${powerful.id}`)).body.permissions;
    const { ur } = (await root.post<{ ur: { id: number } }>(`/api/users/${user.id}/roles`, { roleId: powerful.id }))
      .body;
    const statuses = [
      await client.post(`/api/users/${manager.id}/roles`, { roleId: powerful.id }),
      await client.post(`/api/users/${manager.id}/roles`, { roleId: heir.id }),
      await client.post(`/api/roles/${powerful.id}/permissions`, { value: 'nodes:create' }),
      await client.delete(`/api/roles/${powerful.id}/permissions/${permission?.id}`),
      await client.delete(`/api/roles/${powerful.id}`),
      await client.delete(`/api/users/${user.id}/roles/${ur.id}`),
      await client.post('/api/roles', { name: unique(), parentRoleId: powerful.id }),
    ].map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 7 }, () => 403));

    const own = await createRole(panel, ['users:read']);
    expect((await client.post(`/api/users/${user.id}/roles`, { roleId: own.id })).status).toBe(200);
    expect((await client.delete(`/api/roles/${own.id}`)).status).toBe(200);
  });

  it('gives everything only as a superuser, however everything is written', async () => {
    const almost = await as(await createStaff(panel, ['*']));
    const role = await createRole(panel, []);
    for (const value of ['*', '*:read', '*:*']) {
      expect((await almost.post(`/api/roles/${role.id}/permissions`, { value })).status).toBe(403);
    }
    expect((await almost.post(`/api/roles/${role.id}/permissions`, { value: 'users:*' })).status).toBe(200);
    expect((await root.post(`/api/roles/${role.id}/permissions`, { value: '*' })).status).toBe(200);
  });
});

it('lists the catalogue of permissions', async () => {
  const { body } = await root.get<{ value: string; category: string; admin: boolean }[]>('/api/permissions');
  expect(body).toContainEqual({ value: 'admin:access', category: 'Global', admin: true });
  expect(body.length).toBeGreaterThan(110);
  const known = new Set(body.map(({ value }) => value));
  const needed = routesOf(panel).flatMap(({ access }) => (access?.kind === 'permission' ? access.permissions : []));
  expect(needed.filter((permission) => !known.has(permission))).toEqual([]);
});
