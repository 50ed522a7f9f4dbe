/**
 * Who may call each route: the expectation, written by hand and compared with what the routes declare and with what they
 * do. A route without a line here fails the tests, so whoever adds one says here who may call it.
 */
export type AccessLine =
  | { readonly kind: 'anybody' }
  /** Any account that is not suspended. `keys` is the status for API keys when they are refused. */
  | {
      readonly kind: 'account';
      readonly keys?: 401 | 403;
      /** What an API key must hold. */
      readonly key?: string;
    }
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
  /** People who have to do with the organisation in the path; everybody else gets 403. */
  | {
      readonly kind: 'organisation';
      /** What an API key must hold. */
      readonly key: string;
      /** The least role of a member that is let in; none is for staff only. */
      readonly role: 'member' | 'admin' | 'owner' | 'none';
      /** The permissions of which staff needs one. */
      readonly staff: readonly string[];
    }
  /** Every daemon, and accounts that hold the permission. */
  | { readonly kind: 'node or holder'; readonly permission: string }
  /** Daemons; `scoped` when the path names a server, which must be on the calling node: else 404. */
  | { readonly kind: 'node'; readonly scoped: boolean };

const anybody: AccessLine = { kind: 'anybody' };
const account: AccessLine = { kind: 'account' };
const session: AccessLine = { kind: 'session' };
const node: AccessLine = { kind: 'node', scoped: false };
const nodeOfServer: AccessLine = { kind: 'node', scoped: true };
const nodeOrHolder = (permission: string): AccessLine => ({ kind: 'node or holder', permission });
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
const accountWithKey = (key: string): AccessLine => ({ kind: 'account', key });
const organisation = (key: string, role: 'member' | 'admin' | 'owner' | 'none', ...staff: string[]): AccessLine => ({
  kind: 'organisation',
  key,
  role,
  staff,
});
const serverStaff = (key: string): AccessLine => ({ kind: 'server', key, owner: false, subuser: 'none' });

export const ACCESS_TABLE: Readonly<Record<string, AccessLine>> = {
  // Sign-in and the account itself
  'DELETE /api/admin/users/:id/2fa': { kind: 'self', staff: 'users:write', sessionOnly: true },
  'GET /api/auth/2fa/setup': session,
  'GET /api/auth/csrf-token': { kind: 'account', keys: 401 },
  'GET /api/auth/restore-email': anybody,
  'GET /api/auth/session': account,
  'GET /api/auth/verify-email': anybody,
  'POST /api/auth/2fa/disable': session,
  'POST /api/auth/2fa/recovery-codes': session,
  'POST /api/auth/2fa/send-email': anybody,
  'POST /api/auth/2fa/verify': session,
  'POST /api/auth/2fa/verify-login': anybody,
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

  // Files of people
  'DELETE /api/admin/users/:id/documents/:documentId': holder('admin:access', 'admin:users:documents'),
  'DELETE /api/admin/verifications/:id': holder('admin:access', 'admin:kyc:manage'),
  'DELETE /api/id-verification/:id': holder('idverification:write'),
  'DELETE /api/users/:id/avatar': self('users:write'),
  'GET /api/admin/users/:id/documents': holder('admin:access', 'admin:users:documents'),
  'GET /api/admin/verifications': holder('admin:access', 'admin:kyc:view'),
  'GET /api/id-verification/:id': { kind: 'self', staff: 'idverification:read', sessionOnly: true },
  'GET /uploads/:file': anybody,
  'GET /uploads/id-docs/:name': holder('id-docs:read'),
  'GET /uploads/user-documents/:ownerId/:document': self('admin:users:documents'),
  'POST /api/admin/users/:id/documents': holder('admin:access', 'admin:users:documents'),
  'POST /api/id-verification': session,
  'POST /api/users/:id/avatar': self('users:write'),
  'PUT /api/admin/verifications/:id': holder('admin:access', 'admin:kyc:manage'),
  'PUT /api/id-verification/:id': holder('idverification:write'),
  // Passkeys, external sign-in, student verification, captchas
  'DELETE /api/auth/passkeys/:id': { kind: 'own', sessionOnly: true },
  'DELETE /api/users/me/identities/:id': { kind: 'own', sessionOnly: true },
  'GET /api/auth/captcha': anybody,
  'GET /api/auth/captcha/audio': anybody,
  'GET /api/auth/captcha/invisible': anybody,
  'GET /api/auth/external/:provider/callback': anybody,
  'GET /api/auth/external/:provider/start': anybody,
  'GET /api/auth/github/callback': anybody,
  'GET /api/auth/github/start': session,
  'GET /api/auth/passkeys': session,
  'GET /api/auth/providers': anybody,
  'GET /api/users/me/identities': session,
  'POST /api/auth/external/:provider/start': session,
  'POST /api/auth/passkey/authenticate': anybody,
  'POST /api/auth/passkey/authenticate-challenge': anybody,
  'POST /api/auth/passkey/register': session,
  'POST /api/auth/passkey/register-challenge': session,
  'PUT /api/auth/passkeys/:id': { kind: 'own', sessionOnly: true },
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

  // Notifications
  'DELETE /api/mailbox/notifications/:id': { kind: 'own', sessionOnly: false },
  'GET /api/mailbox/notifications': account,
  'GET /api/mailbox/notifications/unread-count': account,
  'POST /api/mailbox/notifications/:id/read': { kind: 'own', sessionOnly: false },
  'POST /api/mailbox/notifications/read-all': account,

  // Data exports
  'GET /api/admin/export-jobs': holder('admin:access', 'admin:export-jobs'),
  'GET /api/admin/export-jobs/:id': holder('admin:access', 'admin:export-jobs'),
  'GET /api/admin/export-jobs/:id/download': holder('admin:access', 'admin:export-jobs'),
  'GET /api/admin/users/:id/export': holder('admin:access', 'admin:export-jobs'),
  'GET /api/public/export-shares/:token': anybody,
  'GET /api/users/me/export-jobs': session,
  'GET /api/users/me/export-jobs/:id/download': { kind: 'own', sessionOnly: true },
  'POST /api/admin/export-jobs/:id/approve': holder('admin:access', 'admin:export-jobs'),
  'POST /api/admin/export-jobs/:id/reject': holder('admin:access', 'admin:export-jobs'),
  'POST /api/admin/export-jobs/:id/share-link': holder('admin:access', 'admin:export-jobs'),
  'POST /api/admin/users/:id/export-job': holder('admin:access', 'admin:export-jobs'),
  'POST /api/users/me/export-request': session,

  // Rollouts and feedback
  'DELETE /api/admin/feedback/:id': holder('admin:access'),
  'DELETE /api/admin/rollouts/:id': holder('admin:access'),
  'DELETE /api/admin/rollouts/:id/overrides/:userId': holder('admin:access'),
  'GET /api/admin/feedback': holder('admin:access'),
  'GET /api/admin/rollouts': holder('admin:access'),
  'GET /api/admin/rollouts/:id/overrides': holder('admin:access'),
  'GET /api/feedback': account,
  'GET /api/feedback/check': account,
  'GET /api/feedback/status': account,
  'GET /api/public/feedback': anybody,
  'GET /api/rollouts': account,
  'GET /public/feedback': anybody,
  'POST /api/admin/rollouts': holder('admin:access'),
  'POST /api/admin/rollouts/:id/overrides': holder('admin:access'),
  'POST /api/feedback': account,
  'PUT /api/admin/rollouts/:id': holder('admin:access'),

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

  // Organisations
  'DELETE /api/organisations/:id': organisation('org:write', 'owner', 'org:write'),
  'DELETE /api/organisations/:id/invite/:inviteId': organisation('org:invite', 'admin', 'org:write'),
  'DELETE /api/organisations/:id/users/:userId': organisation('org:write', 'admin', 'org:write'),
  'GET /api/organisations': accountWithKey('org:read'),
  'GET /api/organisations/:id': organisation('org:read', 'member', 'org:read'),
  'GET /api/organisations/:id/activity': organisation('org:read', 'member', 'org:read', 'logs:read'),
  'GET /api/organisations/:id/logs': organisation('org:read', 'member', 'org:read', 'logs:read'),
  'GET /api/organisations/:id/nodes': organisation('org:read', 'member', 'org:read', 'nodes:read'),
  'GET /api/organisations/:id/servers': organisation('org:read', 'member', 'org:read'),
  'GET /api/organisations/:id/users': organisation('org:read', 'admin', 'org:read'),
  'GET /api/organisations/invites': accountWithKey('org:read'),
  'POST /api/organisations': accountWithKey('org:create'),
  'POST /api/organisations/:id/add-user': organisation('org:write', 'none', 'org:write'),
  'POST /api/organisations/:id/invite': organisation('org:invite', 'admin', 'org:write'),
  'POST /api/organisations/:id/invite/:inviteId/resend': organisation('org:invite', 'admin', 'org:write'),
  'POST /api/organisations/:id/leave': organisation('org:write', 'member'),
  'POST /api/organisations/:id/select': organisation('org:write', 'member'),
  'POST /api/organisations/:id/users/:userId/role': organisation('org:write', 'admin', 'org:write'),
  'POST /api/organisations/accept-invite': accountWithKey('org:write'),
  'POST /api/organisations/invites/:inviteId/accept': accountWithKey('org:write'),
  'POST /api/organisations/invites/:inviteId/reject': accountWithKey('org:write'),
  'PUT /api/organisations/:id': organisation('org:write', 'owner', 'org:write'),
  'PUT /api/organisations/:id/users/:userId/role': organisation('org:write', 'admin', 'org:write'),

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
  'DELETE /api/nodes/:id/drain': holder('nodes:read', 'admin:servers:manage'),
  'GET /api/nodes/:id/drain': holder('nodes:read', 'admin:servers:manage'),
  'POST /api/nodes/:id/drain': holder('nodes:read', 'admin:servers:manage'),
  'GET /api/nodes/:id/heartbeats': holder('nodes:read'),
  'GET /api/nodes/:id/token': holder('nodes:read-creds'),
  'GET /api/nodes/available': account,
  'GET /api/nodes/generate-token': holder('nodes:read-creds'),
  'GET /api/nodes/heartbeats': holder('nodes:read'),
  'POST /api/nodes': holder('nodes:create'),
  'POST /api/nodes/:id/allocations': holder('nodes:*'),
  'POST /api/nodes/:id/install-command': holder('nodes:read-creds'),
  'POST /api/nodes/:id/rotate-token': holder('nodes:read', 'nodes:update-creds'),
  'POST /api/nodes/generate-token': holder('nodes:create'),
  'PUT /api/nodes/:id': holder('nodes:*'),
  'PUT /api/nodes/:id/allocations/:allocationId': holder('nodes:*'),
  'PUT /api/nodes/:id/credentials': holder('nodes:read', 'nodes:update-creds'),

  // Locations and the installation of nodes
  'DELETE /api/admin/backup-configurations/:id': holder('wings:backups'),
  'GET /api/admin/backup-configurations': holder('wings:backups'),
  'GET /api/admin/backup-configurations/:id': holder('wings:backups'),
  'POST /api/admin/backup-configurations': holder('wings:backups'),
  'PUT /api/admin/backup-configurations/:id': holder('wings:backups'),
  'PUT /api/admin/backup-configurations/assignment': holder('wings:backups'),
  'DELETE /api/admin/locations/:id': holder('nodes:*'),
  'GET /api/admin/locations': holder('nodes:read'),
  'GET /api/admin/locations/:id': holder('nodes:read'),
  'GET /api/wings/config': node,
  'GET /api/wings/download': anybody,
  'GET /api/wings/install.sh': anybody,
  // The one-time token of an install command decides.
  'GET /api/wings/nodes/:id/configuration': anybody,
  'POST /api/admin/locations': holder('nodes:*'),
  'POST /api/wings/command': holder('nodes:read', 'soc:write'),
  'PUT /api/admin/locations/:id': holder('nodes:*'),

  // Whole nodes, and the security overview
  'GET /api/nodes/:id/reboot-status/:operationId': holder('nodes:read', 'admin:servers:manage'),
  'GET /api/soc/overview': account,
  'GET /api/soc/usage/org/:id': organisation('org:read', 'member', 'soc:read'),
  'GET /api/soc/usage/user/:id': self('soc:read'),
  'POST /api/nodes/:id/mass-allocation-change': holder('nodes:read', 'admin:servers:manage'),
  'POST /api/nodes/:id/reboot-all-servers': holder('nodes:read', 'admin:servers:manage'),
  'POST /api/servers/:id/map': holder('nodes:read', 'nodes:map'),
  'POST /api/soc/data': holder('soc:write'),

  'GET /public/share/:token': anybody,
  'GET /public/share/:token/content': anybody,
  'GET /public/share/:token/download': anybody,
  'GET /public/share/:token/media': anybody,

  // Servers
  'DELETE /api/servers/:id': server('servers:write', 'none'),
  'DELETE /api/servers/:id/allocations': server('servers:write'),
  'DELETE /api/servers/:id/allocations/secondary': server('servers:write'),
  'DELETE /api/servers/:id/backup-groups/:group': server('backups:write'),
  'GET /api/servers/:id/backup-groups': server('backups:read'),
  'POST /api/servers/:id/backup-groups': server('backups:create'),
  'PUT /api/servers/:id/backup-groups/:group': server('backups:write'),
  'POST /api/servers/:id/backups/:bid/move': server('backups:write'),
  'DELETE /api/servers/:id/backups/:bid': server('backups:write'),
  'DELETE /api/servers/:id/files/shares/:shareId': server('files:write'),
  'DELETE /api/servers/:id/schedules/:sid': server('schedules:write'),
  'GET /api/servers': holder('servers:read'),
  'GET /api/users/:id/servers': self('users:read', 'servers:read'),
  'GET /api/servers/:id': server('servers:read', 'any'),
  'GET /api/servers/:id/activity': server('servers:read'),
  'GET /api/servers/:id/allocations': server('servers:read'),
  'GET /api/servers/:id/backups': server('backups:read'),
  'GET /api/servers/:id/backups/:bid/download': server('backups:read'),
  'GET /api/servers/:id/configuration': server('configuration:read'),
  'GET /api/servers/:id/files': server('files:read'),
  'GET /api/servers/:id/files/contents': server('files:read'),
  'GET /api/servers/:id/files/download': server('files:read'),
  'GET /api/servers/:id/files/download-token': server('files:read'),
  'GET /api/servers/:id/files/largest-directories': server('files:read'),
  'GET /api/servers/:id/files/revisions': server('files:read'),
  'GET /api/servers/:id/files/revisions/:revisionId': server('files:read'),
  'GET /api/servers/:id/files/shares': server('files:read'),
  'GET /api/servers/:id/files/upload-token': server('files:write'),
  'POST /api/servers/:id/files/archive': server('files:write'),
  'POST /api/servers/:id/files/chmod': server('files:write'),
  'POST /api/servers/:id/files/copy': server('files:write'),
  'POST /api/servers/:id/files/create-directory': server('files:write'),
  'POST /api/servers/:id/files/decompress': server('files:write'),
  'POST /api/servers/:id/files/delete': server('files:write'),
  'POST /api/servers/:id/files/move': server('files:write'),
  'POST /api/servers/:id/files/pull': server('files:write'),
  'POST /api/servers/:id/files/revisions/:revisionId/restore': server('files:write'),
  'POST /api/servers/:id/files/shares': server('files:write'),
  'POST /api/servers/:id/files/upload': server('files:write'),
  'POST /api/servers/:id/files/write': server('files:write'),
  'PUT /api/servers/:id/files/rename': server('files:write'),
  'PUT /api/servers/:id/files/write': server('files:write'),
  'GET /api/servers/:id/logs': server('logs:read'),
  'GET /api/servers/:id/logs/install': server('servers:console'),
  'GET /api/servers/:id/schedules': server('schedules:read'),
  'GET /api/servers/:id/schedules/:sid': server('schedules:read'),
  'GET /api/servers/:id/schedules/:sid/runs': server('schedules:read'),
  'GET /api/servers/:id/startup': server('servers:read'),
  'GET /api/servers/:id/stats': server('servers:read', 'any'),
  'GET /api/servers/:id/websocket': server('servers:console'),
  'GET /api/servers/v1/:id/websocket': server('servers:console'),
  'POST /api/servers': holder('servers:create'),
  'POST /api/servers/:id/allocations': server('servers:write'),
  'POST /api/servers/:id/backups': server('backups:create'),
  'POST /api/servers/:id/backups/:bid/lock': server('backups:write'),
  'POST /api/servers/:id/backups/:bid/rename': server('backups:write'),
  'POST /api/servers/:id/backups/:bid/restore': server('backups:write'),
  'POST /api/servers/:id/commands': server('commands:execute'),
  'POST /api/servers/:id/power': server('servers:power'),
  'POST /api/servers/:id/reinstall': server('reinstall:execute'),
  'POST /api/servers/:id/schedules': server('schedules:create'),
  'POST /api/servers/:id/schedules/:sid/run': server('schedules:write'),
  'POST /api/servers/:id/suspend': serverStaff('admin:servers:suspend'),
  'POST /api/servers/:id/sync': server('sync:execute'),
  'POST /api/servers/:id/unsuspend': serverStaff('admin:servers:suspend'),
  'DELETE /api/servers/:id/transfer': serverStaff('transfer:execute'),
  'GET /api/servers/:id/transfer': server('servers:read', 'any'),
  'POST /api/servers/:id/transfer': serverStaff('transfer:execute'),
  'PUT /api/servers/:id': server('servers:write'),
  'PUT /api/servers/:id/schedules/:sid': server('schedules:write'),
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
  'DELETE /api/admin/mounts/:id': holder('admin:access', 'admin:servers:manage'),
  'DELETE /api/admin/servers/:id/mounts/:mountId': holder('admin:access', 'admin.mounts.add/remove'),
  'GET /api/admin/mounts': holder('admin:access', 'admin:servers:manage'),
  'GET /api/servers/:id/configuration/egg': server('configuration:read'),
  'GET /api/servers/:id/console': server('servers:console'),
  'GET /api/servers/:id/location': server('servers:read', 'any'),
  'GET /api/servers/:id/network': server('servers:read', 'any'),
  'GET /api/servers/:id/version': server('version:read', 'any'),
  'POST /api/servers/:id/install/abort': server('servers:write'),
  'PUT /api/servers/:id/configuration/egg': serverStaff('admin:servers:manage'),
  'GET /api/servers/:id/mounts': server('servers:read', 'any'),
  'POST /api/admin/mounts': holder('admin:access', 'admin:servers:manage'),
  'POST /api/admin/servers/:id/mounts': holder('admin:access', 'admin.mounts.add/remove'),
  'PUT /api/admin/mounts/:id': holder('admin:access', 'admin:servers:manage'),
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
  'DELETE /api/remote/servers/:uuid/backups': nodeOfServer,
  'GET /api/remote/backups/:uuid': nodeOfServer,
  'GET /api/remote/backups/:uuid/kopia': nodeOfServer,
  'GET /api/remote/backups/:uuid/pbs': nodeOfServer,
  'GET /api/remote/backups/:uuid/restic': nodeOfServer,
  'GET /api/remote/backups/:uuid/s3/parts': nodeOfServer,
  'PATCH /api/remote/servers/:uuid/backups': nodeOfServer,
  'POST /api/remote/servers/:uuid/backups': nodeOfServer,
  'POST /api/remote/servers/:uuid/backups/restore': nodeOfServer,
  'DELETE /api/remote/backups/:uuid': nodeOfServer,
  'GET /api/remote/servers': node,
  'GET /api/remote/servers/:uuid': nodeOfServer,
  'GET /api/remote/servers/:uuid/install': nodeOfServer,
  'GET /api/remote/servers/:uuid/transfer/failure': nodeOfServer,
  'GET /api/remote/servers/:uuid/transfer/success': nodeOfServer,
  'POST /api/remote/activity': node,
  'POST /api/remote/backups/:uuid': nodeOfServer,
  'POST /api/remote/backups/:uuid/deletion': nodeOfServer,
  'POST /api/remote/backups/:uuid/restore': nodeOfServer,
  'POST /api/remote/schedule': node,
  'POST /api/remote/servers/:uuid/archive': nodeOfServer,
  'POST /api/remote/servers/:uuid/install': nodeOfServer,
  'POST /api/remote/servers/:uuid/sync': nodeOfServer,
  'POST /api/remote/servers/:uuid/transfer/failure': nodeOfServer,
  'POST /api/remote/servers/:uuid/transfer/success': nodeOfServer,
  'POST /api/remote/servers/:uuid/ws/denied': nodeOfServer,
  'POST /api/remote/servers/reset': node,
  'PUT /api/remote/servers/:uuid/startup/command': nodeOfServer,
  'PUT /api/remote/servers/:uuid/startup/docker-image': nodeOfServer,
  'PUT /api/remote/servers/:uuid/startup/variables': nodeOfServer,

  // Programs that watch for abuse
  'POST /api/admin/antiabuse/events': nodeOrHolder('admin:antiabuse'),
  'POST /api/admin/antiabuse/heartbeat': nodeOrHolder('admin:antiabuse'),
  'POST /api/remote/sftp/auth': node,

  // The panel itself
  'GET /api/admin/logs': holder('admin:access', 'logs:read'),
  'GET /api/admin/users': holder('admin:access', 'users:read'),
  'PUT /api/admin/users/:id': holder('admin:access', 'admin:user:edit'),
  'POST /api/admin/servers/:id/suspend': serverStaff('admin:servers:suspend'),
  'POST /api/admin/servers/:id/unsuspend': serverStaff('admin:servers:suspend'),
  'GET /api/admin/servers': holder('admin:access', 'admin:servers:read'),
  'GET /api/admin/search': holder('admin:access'),
  'GET /api/admin/jobs': holder('admin:access', 'admin:metrics'),
  'POST /api/admin/jobs/:name/run': holder('admin:access', 'admin:settings'),
  'GET /api/admin/jobs/:name/runs': holder('admin:access', 'admin:metrics'),
  'GET /api/webhooks': session,
  'POST /api/webhooks': session,
  'PUT /api/webhooks/:id': { kind: 'own', sessionOnly: true },
  'DELETE /api/webhooks/:id': { kind: 'own', sessionOnly: true },
  'POST /api/webhooks/:id/rotate-secret': { kind: 'own', sessionOnly: true },
  'GET /api/webhooks/:id/deliveries': { kind: 'own', sessionOnly: true },
  'POST /api/webhooks/:id/deliveries/:deliveryId/replay': { kind: 'own', sessionOnly: true },
  'GET /api/admin/logs/export': holder('admin:access', 'logs:read'),
  'GET /api/admin/audit/verify': holder('admin:access', 'logs:read'),
  'GET /api/admin/settings': holder('admin:access', 'admin:settings'),
  'GET /api/panel/settings': anybody,
  'GET /api/public/features': anybody,
  'GET /api/public/status': anybody,
  'GET /favicon.ico': anybody,
  'GET /health': anybody,
  'GET /health/live': anybody,
  'GET /health/ready': anybody,
  'GET /metrics': anybody,
  'GET /public/status': anybody,
  'PATCH /api/admin/settings': holder('admin:access', 'admin:settings'),
  'PUT /api/admin/settings': holder('admin:access', 'admin:settings'),
};
