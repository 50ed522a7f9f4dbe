/**
 * Who may call each route: the expectation, written by hand and compared with what the routes declare and with what they
 * do. A route without a line here fails the tests, so whoever adds one says here who may call it.
 */
export type AccessLine =
  | { readonly kind: 'anybody' }
  /** Any account that is not suspended. `keys` is the status for API keys when they are refused. */
  | { readonly kind: 'account'; readonly keys?: 401 | 403 }
  /** Any account that is not suspended, from a session only. */
  | { readonly kind: 'session' }
  /** Accounts that hold every one of the permissions. */
  | { readonly kind: 'holder'; readonly permissions: readonly string[] }
  /** The account in the path itself, or staff with the permission; everybody else gets 403. */
  | {
      readonly kind: 'self';
      readonly staff: string;
      readonly sessionOnly: boolean;
      /** What an API key must hold. */
      readonly key?: string;
    }
  /** Whom the thing in the path belongs to, and staff with the permission; everybody else gets 404. */
  | {
      readonly kind: 'own';
      readonly sessionOnly: boolean;
      /** What the caller must hold besides. */
      readonly permission?: string;
      /** What an API key must hold. */
      readonly key?: string;
      readonly staff?: string;
    }
  /** People who have to do with the server in the path; strangers get 404. */
  | {
      readonly kind: 'server';
      /** What an API key must hold. */
      readonly key: string;
      readonly owner: boolean;
      /** `any` accepted entry, one with the right permission, or no subuser at all. */
      readonly subuser: 'any' | 'with permission' | 'none';
    }
  /** Daemons; `scoped` when the path names a server, which must be on the calling node: else 404. */
  | { readonly kind: 'node'; readonly scoped: boolean };

const anybody: AccessLine = { kind: 'anybody' };
const account: AccessLine = { kind: 'account' };
const session: AccessLine = { kind: 'session' };
const node: AccessLine = { kind: 'node', scoped: false };
const nodeOfServer: AccessLine = { kind: 'node', scoped: true };
const holder = (...permissions: string[]): AccessLine => ({ kind: 'holder', permissions });
const self = (staff: string, key?: string): AccessLine => ({
  kind: 'self',
  staff,
  sessionOnly: false,
  ...(key !== undefined && { key }),
});
const server = (key: string, subuser: 'any' | 'with permission' | 'none' = 'with permission'): AccessLine => ({
  kind: 'server',
  key,
  owner: true,
  subuser,
});
const serverStaff = (key: string): AccessLine => ({ kind: 'server', key, owner: false, subuser: 'none' });

export const ACCESS_TABLE: Readonly<Record<string, AccessLine>> = {
  // Sign-in and the account itself
  'GET /api/auth/csrf-token': { kind: 'account', keys: 401 },
  'GET /api/auth/restore-email': anybody,
  'GET /api/auth/session': account,
  'GET /api/auth/verify-email': anybody,
  'POST /api/auth/login': anybody,
  'POST /api/auth/logout': account,
  'POST /api/auth/password-reset/confirm': anybody,
  'POST /api/auth/password-reset/request': anybody,
  'POST /api/auth/resend-verification': session,
  'POST /api/auth/verify-email': session,
  'GET /api/sessions/:userId': { kind: 'self', staff: 'admin:access', sessionOnly: true },
  'POST /api/sessions/logout': session,
  'POST /api/sessions/logout-all': session,
  'GET /api/users/:id': self('users:read'),
  'GET /api/users/:id/activity': self('logs:read'),
  'GET /api/users/:id/logs': self('logs:read'),
  'GET /api/users/:id/logs/export': self('logs:read'),
  'GET /api/users/:id/logs/unread-count': self('logs:read'),
  'GET /api/users/me': account,
  'PATCH /api/users/:id/logs/:logId/read': self('logs:read'),
  'PATCH /api/users/:id/logs/read-all': self('logs:read'),
  'PATCH /api/users/me/favorites': account,
  'POST /api/users/register': anybody,
  'PUT /api/users/:id': self('users:write'),

  // Deletion of accounts, entries of automation
  'DELETE /api/deletion-requests/:id': { kind: 'own', sessionOnly: true },
  'GET /api/admin/deletions': holder('admin:access', 'deletions:write'),
  'GET /api/deletion-requests': session,
  'POST /api/admin/deletions/:id/cancel': holder('admin:access', 'deletions:write'),
  'POST /api/admin/deletions/:id/expedite': holder('admin:access', 'deletions:write'),
  'POST /api/deletion-requests': session,
  'POST /api/deletion-requests/cancel': anybody,
  'POST /api/logs': holder('admin:access'),
  'PUT /api/admin/deletions/:id': holder('admin:access', 'deletions:write'),
  'PUT /api/deletion-requests/:id': holder('deletions:write'),

  // Keys
  'DELETE /api/apikeys/:id': { kind: 'own', sessionOnly: true, permission: 'apikeys:delete', staff: 'admin:access' },
  'GET /api/apikeys': holder('apikeys:read'),
  'GET /api/apikeys/:id': { kind: 'own', sessionOnly: false, key: 'apikeys:read', staff: 'admin:access' },
  'GET /api/apikeys/my': account,
  'POST /api/apikeys': session,
  'DELETE /api/ssh-keys/:id': { kind: 'own', sessionOnly: true },
  'GET /api/ssh-keys': session,
  'POST /api/ssh-keys': session,
  'PUT /api/ssh-keys/:id': { kind: 'own', sessionOnly: true },

  // Roles
  'DELETE /api/roles/:id': holder('roles:delete'),
  'DELETE /api/roles/:id/permissions/:permId': holder('permissions:assign'),
  'DELETE /api/users/:id/roles/:urId': holder('roles:assign'),
  'GET /api/permissions': holder('roles:read'),
  'GET /api/roles': holder('roles:read'),
  'GET /api/roles/:id': holder('roles:read'),
  'GET /api/roles/:id/permissions': holder('roles:read'),
  'GET /api/users/:id/roles': holder('roles:read'),
  'POST /api/roles': holder('roles:create'),
  'POST /api/roles/:id/permissions': holder('permissions:assign'),
  'POST /api/users/:id/roles': holder('roles:assign'),

  // Nodes
  'DELETE /api/nodes/:id': holder('nodes:*'),
  'DELETE /api/nodes/:id/allocations': holder('nodes:*'),
  'GET /api/admin/nodes': holder('admin:access', 'nodes:read'),
  'GET /api/application/nodes/:id/configuration': holder('nodes:read-creds'),
  'GET /api/nodes': holder('nodes:read'),
  'GET /api/nodes/:id': holder('nodes:read'),
  'GET /api/nodes/:id/allocations': holder('nodes:read'),
  'GET /api/nodes/:id/configuration.yml': holder('nodes:read-creds'),
  'GET /api/nodes/:id/credentials': holder('nodes:read', 'nodes:read-creds'),
  'GET /api/nodes/:id/heartbeats': holder('nodes:read'),
  'GET /api/nodes/:id/token': holder('nodes:read-creds'),
  'GET /api/nodes/available': account,
  'GET /api/nodes/generate-token': holder('nodes:read-creds'),
  'GET /api/nodes/heartbeats': holder('nodes:read'),
  'POST /api/nodes': holder('nodes:create'),
  'POST /api/nodes/:id/allocations': holder('nodes:*'),
  'POST /api/nodes/:id/rotate-token': holder('nodes:*', 'nodes:read-creds'),
  'POST /api/nodes/generate-token': holder('nodes:create'),
  'PUT /api/nodes/:id': holder('nodes:*'),
  'PUT /api/nodes/:id/credentials': holder('nodes:read', 'nodes:update-creds'),

  // Servers
  'DELETE /api/servers/:id': server('servers:write', 'none'),
  'DELETE /api/servers/:id/allocations': server('servers:write'),
  'DELETE /api/servers/:id/allocations/secondary': server('servers:write'),
  'GET /api/servers': holder('servers:read'),
  'GET /api/users/:id/servers': self('users:read', 'servers:read'),
  'GET /api/servers/:id': server('servers:read', 'any'),
  'GET /api/servers/:id/activity': server('servers:read'),
  'GET /api/servers/:id/allocations': server('servers:read'),
  'GET /api/servers/:id/configuration': server('configuration:read'),
  'GET /api/servers/:id/logs': server('logs:read'),
  'GET /api/servers/:id/logs/install': server('servers:console'),
  'GET /api/servers/:id/startup': server('servers:read'),
  'GET /api/servers/:id/stats': server('servers:read', 'any'),
  'GET /api/servers/:id/websocket': server('servers:console'),
  'GET /api/servers/v1/:id/websocket': server('servers:console'),
  'POST /api/servers': holder('servers:create'),
  'POST /api/servers/:id/allocations': server('servers:write'),
  'POST /api/servers/:id/commands': server('commands:execute'),
  'POST /api/servers/:id/power': server('servers:power'),
  'POST /api/servers/:id/reinstall': server('reinstall:execute'),
  'POST /api/servers/:id/suspend': serverStaff('admin:servers:suspend'),
  'POST /api/servers/:id/sync': server('sync:execute'),
  'POST /api/servers/:id/unsuspend': serverStaff('admin:servers:suspend'),
  'PUT /api/servers/:id': server('servers:write'),
  'PUT /api/servers/:id/startup': server('servers:write'),

  // Subusers and invitations
  'DELETE /api/servers/:id/subusers/:subId': server('servers:write'),
  'GET /api/servers/:id/subusers': server('servers:read', 'any'),
  'GET /api/subusers/invites': account,
  'POST /api/servers/:id/subusers': server('servers:write'),
  'POST /api/subusers/invites/:inviteId/accept': { kind: 'own', sessionOnly: false },
  'POST /api/subusers/invites/:inviteId/reject': { kind: 'own', sessionOnly: false },
  'PUT /api/servers/:id/subusers/:subId': server('servers:write'),

  // Eggs
  'DELETE /api/admin/eggs': holder('eggs:write'),
  'DELETE /api/admin/eggs/:id': holder('eggs:write'),
  'GET /api/admin/eggs': holder('eggs:read'),
  'GET /api/admin/eggs/:id': holder('eggs:read'),
  'GET /api/admin/eggs/:id/export': holder('eggs:read'),
  'GET /api/eggs': account,
  'GET /api/eggs/:id': account,
  'POST /api/admin/eggs': holder('eggs:write'),
  'POST /api/admin/eggs/:id/sync': holder('eggs:write'),
  'POST /api/admin/eggs/import': holder('eggs:write'),
  'PUT /api/admin/eggs/:id': holder('eggs:write'),

  // Daemons
  'GET /api/remote/servers': node,
  'GET /api/remote/servers/:uuid': nodeOfServer,
  'GET /api/remote/servers/:uuid/install': nodeOfServer,
  'POST /api/remote/activity': node,
  'POST /api/remote/servers/:uuid/archive': nodeOfServer,
  'POST /api/remote/servers/:uuid/install': nodeOfServer,
  'POST /api/remote/servers/:uuid/sync': nodeOfServer,
  'POST /api/remote/servers/:uuid/ws/denied': nodeOfServer,
  'POST /api/remote/servers/reset': node,
  'POST /api/remote/sftp/auth': node,

  // The panel itself
  'GET /api/admin/logs': holder('admin:access', 'logs:read'),
  'GET /api/admin/settings': holder('admin:access', 'admin:settings'),
  'GET /api/panel/settings': anybody,
  'GET /api/public/features': anybody,
  'GET /favicon.ico': anybody,
  'GET /health': anybody,
  'GET /health/live': anybody,
  'GET /health/ready': anybody,
  'GET /metrics': anybody,
  'PATCH /api/admin/settings': holder('admin:access', 'admin:settings'),
  'PUT /api/admin/settings': holder('admin:access', 'admin:settings'),
};
