import type { Daemon } from './context.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { done, HttpError, jsonOf, objectsField, serverOf, textField, textsField } from './http-kit.ts';
import { allows, recognise } from './permissions.ts';
import type { SimulatedServer } from './server.ts';
import { isObject } from './types.ts';

/** Denies tokens by their `jti`; sessions opened with them end at their next message. */
function deny(daemon: Daemon, request: HttpRequest): Reply {
  serverOf(daemon, request);
  for (const jti of textsField(daemon, jsonOf(daemon, request), 'jtis')) daemon.tokens.deny(jti);
  return done(daemon, 204, 200);
}

/** Replaces what users may be told; an empty list throws the user out. */
function permissions(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  for (const entry of objectsField(daemon, jsonOf(daemon, request), 'user_permissions')) {
    const user = textField(daemon, entry, 'user').toLowerCase();
    const names = textsField(daemon, entry, 'permissions');
    server.livePermissions.set(user, recognise(names, 'rs'));
    if (names.length === 0) revoke(daemon, server, user);
  }
  return { status: 200, body: {} };
}

function revoke(daemon: Daemon, server: SimulatedServer, user: string): void {
  for (const listener of server.listeners) {
    if (listener.user !== user) continue;
    if (listener.jti !== null) daemon.tokens.deny(listener.jti);
    listener.close(1000, 'permission revoked');
  }
}

function broadcast(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const users = textsField(daemon, body, 'users');
  const needed = textsField(daemon, body, 'permissions');
  const message = body.message;
  if (!isObject(message)) throw new HttpError(400, 'invalid payload: message is missing');
  const event = textField(daemon, message, 'event');
  const args = textsField(daemon, message, 'args');
  for (const listener of server.listeners) {
    const live = server.livePermissions.get(listener.user ?? '') ?? new Set<string>();
    const addressed = users.length === 0 || (listener.user !== null && users.includes(listener.user));
    if (addressed && needed.every((name) => allows(live, name))) listener.deliver(event, args);
  }
  return { status: 200, body: {} };
}

/** What the panel tells the daemon about console connections (B.2). */
export const socketRoutes: Route[] = [
  { method: 'POST', pattern: '/api/servers/:s/ws/deny', handle: deny },
  { method: 'POST', pattern: '/api/servers/:s/ws/permissions', only: 'rs', handle: permissions },
  { method: 'POST', pattern: '/api/servers/:s/ws/broadcast', only: 'rs', handle: broadcast },
];
