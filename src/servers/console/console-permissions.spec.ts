import { describe, expect, it } from '@jest/globals';
import { UserPrincipal } from '../../common/access/principal.js';
import type { Account, Proof } from '../../common/access/principal.js';
import { ServerScope } from '../access/server-scope.js';
import { consolePermissions } from './console-permissions.js';

const account: Account = {
  id: 1,
  uuid: '11111111-1111-4111-8111-111111111111',
  email: 'robin@example.test',
  role: null,
  suspended: false,
  pendingDeletionUntil: null,
  rolePermissions: [],
  permissions: ['servers', 'files', 'backups'],
  memberships: [],
};
const key = (...permissions: string[]): Proof => ({ kind: 'api-key', apiKeyId: 1, type: 'client', permissions });

function permissionsOf(proof: Proof, subuserPermissions: string[] | null = null): string[] {
  const principal = new UserPrincipal(account, proof);
  const facts = {
    uuid: '22222222-2222-4222-8222-222222222222',
    nodeId: 1,
    ownerId: subuserPermissions === null ? account.id : 99,
    organisationId: null,
    suspension: null,
    subuserPermissions,
  };
  return consolePermissions(principal, new ServerScope(facts, principal));
}

describe('permissions at the console', () => {
  const session: Proof = { kind: 'session', sessionId: 'x' };

  it('are everything but error details for the owner', () => {
    expect(permissionsOf(session)).toEqual(['*', 'admin.websocket.install', 'admin.websocket.transfer']);
  });

  it('are the mapped ones for a subuser', () => {
    expect(permissionsOf(session, ['console'])).toEqual(
      expect.arrayContaining(['websocket.connect', 'control.console', 'control.read-console']),
    );
    expect(permissionsOf(session, ['console'])).not.toContain('control.start');
  });

  it('are never more than an API key allows', () => {
    const withConsole = permissionsOf(key('servers:console'));
    expect(withConsole).toEqual(expect.arrayContaining(['websocket.connect', 'control.console', 'meta.calagopus']));
    for (const name of ['*', 'control.start', 'file.read', 'backup.read']) expect(withConsole).not.toContain(name);
    expect(permissionsOf(key('servers:console', 'servers:power', 'files:read'))).toEqual(
      expect.arrayContaining(['control.start', 'file.read-content']),
    );
    expect(permissionsOf(key('servers:console', 'files:read'))).not.toContain('file.update');
  });

  it('are never more than the account allows, whatever the key says', () => {
    expect(permissionsOf(key('*'), ['console'])).not.toContain('control.start');
  });
});
