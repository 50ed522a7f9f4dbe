import { describe, expect, it } from '@jest/globals';
import { UserPrincipal } from '../../common/access/principal.js';
import type { Account, Proof } from '../../common/access/principal.js';
import { mayGrant, mayManage } from './privilege.js';

const account = (id: number, role: string | null, rolePermissions: string[] = []): Account => ({
  id,
  uuid: '00000000-0000-4000-8000-000000000000',
  email: `user${id}@example.test`,
  role,
  suspended: false,
  pendingDeletionUntil: null,
  rolePermissions,
  permissions: rolePermissions.length > 0 ? rolePermissions : ['servers:read'],
  memberships: [],
});
const session: Proof = { kind: 'session', sessionId: 'x' };
const as = (who: Account, proof: Proof = session) => new UserPrincipal(who, proof);

describe('managing accounts', () => {
  const support = account(1, null, ['users:write', 'tickets:read']);

  it('is possible for oneself, and for superusers everywhere', () => {
    expect(mayManage(as(support), support)).toBe(true);
    expect(mayManage(as(account(2, 'rootAdmin')), account(3, '*'))).toBe(true);
  });

  it('is possible for accounts that hold nothing more', () => {
    expect(mayManage(as(support), account(2, null))).toBe(true);
    expect(mayManage(as(support), account(2, null, ['tickets:read']))).toBe(true);
    expect(mayManage(as(support), account(2, null, ['tickets:write']))).toBe(false);
    expect(mayManage(as(support), account(2, 'rootAdmin'))).toBe(false);
  });
});

describe('managing accounts with an API key', () => {
  const keyOf = (who: Account, ...permissions: string[]) =>
    as(who, { kind: 'api-key', apiKeyId: 1, type: 'client', permissions });

  it('goes no further than the key, also when a superuser owns it', () => {
    const root = account(1, 'rootAdmin');
    expect(mayManage(keyOf(root, 'users:write'), account(2, 'rootAdmin'))).toBe(false);
    expect(mayManage(keyOf(root, 'users:write'), account(2, null, ['tickets:read']))).toBe(false);
    expect(mayManage(keyOf(root, 'users:write'), account(2, null))).toBe(true);
    expect(mayManage(keyOf(root, '*'), account(2, 'rootAdmin'))).toBe(true);
  });
});

describe('granting permissions', () => {
  it('is limited to what one holds', () => {
    const actor = as(account(1, null, ['users:*']));
    expect(mayGrant(actor, 'users:read')).toBe(true);
    expect(mayGrant(actor, 'servers:read')).toBe(false);
  });

  it('leaves everything to superusers, however everything is written', () => {
    const almost = as(account(1, null, ['*']));
    for (const everything of ['*', '*:read', '*:*']) {
      expect([everything, mayGrant(almost, everything)]).toEqual([everything, false]);
      expect(mayGrant(as(account(1, '*')), everything)).toBe(true);
    }
  });

  it('is limited by the key that is used', () => {
    const key: Proof = { kind: 'api-key', apiKeyId: 1, type: 'client', permissions: ['users:read'] };
    expect(mayGrant(as(account(1, 'rootAdmin'), key), 'users:read')).toBe(true);
    expect(mayGrant(as(account(1, 'rootAdmin'), key), '*')).toBe(false);
  });
});
