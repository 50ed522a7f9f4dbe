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
  /** The account in the path itself, or staff with the permission; `refusal` is what others get. */
  | { readonly kind: 'self'; readonly staff: string; readonly refusal: 403 | 404; readonly sessionOnly: boolean }
  /** People who have to do with the server in the path; strangers get 404. */
  | {
      readonly kind: 'server';
      /** What an API key must hold. */
      readonly key: string;
      readonly owner: boolean;
      /** `any` accepted entry, one with the right permission, or no subuser at all. */
      readonly subuser: 'any' | 'with permission' | 'none';
    }
  /** Daemons. */
  | { readonly kind: 'node' };

const anybody: AccessLine = { kind: 'anybody' };
const account: AccessLine = { kind: 'account' };
const session: AccessLine = { kind: 'session' };
const node: AccessLine = { kind: 'node' };
const holder = (...permissions: string[]): AccessLine => ({ kind: 'holder', permissions });
const server = (
  key: string,
  subuser: 'any' | 'with permission' | 'none' = 'with permission',
  owner = true,
): AccessLine => ({
  kind: 'server',
  key,
  owner,
  subuser,
});

export const ACCESS_TABLE: Readonly<Record<string, AccessLine>> = {
  'DELETE /api/nodes/:id': holder('nodes:*'),
  'DELETE /api/nodes/:id/allocations': holder('nodes:*'),
  'GET /api/admin/logs': holder('admin:access', 'logs:read'),
  'GET /api/admin/nodes': holder('admin:access', 'nodes:read'),
  'GET /api/admin/settings': holder('admin:access', 'admin:settings'),
  'GET /api/application/nodes/:id/configuration': holder('nodes:read-creds'),
  'GET /api/auth/csrf-token': { kind: 'account', keys: 401 },
  'GET /api/auth/session': account,
  'GET /api/auth/verify-email': anybody,
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
  'GET /api/panel/settings': anybody,
  'GET /api/public/features': anybody,
  'GET /api/servers/:id/websocket': server('servers:console'),
  'GET /api/servers/v1/:id/websocket': server('servers:console'),
  'GET /api/sessions/:userId': { kind: 'self', staff: 'admin:access', refusal: 403, sessionOnly: true },
  'GET /favicon.ico': anybody,
  'GET /health': anybody,
  'GET /health/live': anybody,
  'GET /health/ready': anybody,
  'GET /metrics': anybody,
  'PATCH /api/admin/settings': holder('admin:access', 'admin:settings'),
  'POST /api/auth/login': anybody,
  'POST /api/auth/logout': account,
  'POST /api/auth/password-reset/confirm': anybody,
  'POST /api/auth/password-reset/request': anybody,
  'POST /api/auth/resend-verification': session,
  'POST /api/auth/verify-email': session,
  'POST /api/nodes': holder('nodes:create'),
  'POST /api/nodes/:id/allocations': holder('nodes:*'),
  'POST /api/nodes/:id/rotate-token': holder('nodes:*', 'nodes:read-creds'),
  'POST /api/nodes/generate-token': holder('nodes:create'),
  'POST /api/remote/activity': node,
  'POST /api/sessions/logout': session,
  'POST /api/sessions/logout-all': session,
  'POST /api/users/register': anybody,
  'PUT /api/admin/settings': holder('admin:access', 'admin:settings'),
  'PUT /api/nodes/:id': holder('nodes:*'),
  'PUT /api/nodes/:id/credentials': holder('nodes:read', 'nodes:update-creds'),
};
