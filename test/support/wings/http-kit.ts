import type { IncomingHttpHeaders } from 'node:http';
import { isUuid } from './checks.ts';
import type { Daemon } from './context.ts';
import type { SimulatedServer } from './server.ts';
import type { Scope } from './tokens.ts';
import { reasonOf } from './tokens.ts';
import type { Flavour, JsonObject } from './types.ts';
import { isObject } from './types.ts';

/** An answer that is not a success. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface HttpRequest {
  method: string;
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** `body` is sent as it is when it is a Buffer or a string, and as JSON otherwise. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Route {
  method: string;
  /** `:name` stands for one path segment. */
  pattern: string;
  /** Both flavours when left out. */
  only?: Flavour;
  /** Routes for browsers and other daemons carry a JWT instead of the node token. */
  open?: boolean;
  handle: (daemon: Daemon, request: HttpRequest) => Reply | Promise<Reply>;
}

/** The empty success of each flavour. */
export function done(daemon: Daemon, go: number, rs: number): Reply {
  return daemon.options.flavour === 'go' ? { status: go } : { status: rs, body: {} };
}

/** The JSON body; `rs` insists on the exact Content-Type. */
export function jsonOf(daemon: Daemon, request: HttpRequest): JsonObject {
  if (daemon.options.flavour === 'rs' && request.headers['content-type'] !== 'application/json') {
    throw new HttpError(400, 'invalid payload: unsupported content type');
  }
  try {
    const body: unknown = JSON.parse(request.body.toString());
    if (isObject(body)) return body;
  } catch {
    // Answered below, like any other body that is no object.
  }
  throw new HttpError(400, 'invalid payload: expected a JSON object');
}

/** The JSON body of routes where it is optional; whatever cannot be read counts as empty. */
export function optionalJsonOf(daemon: Daemon, request: HttpRequest): JsonObject {
  try {
    return jsonOf(daemon, request);
  } catch {
    return {};
  }
}

function malformed(daemon: Daemon, key: string): HttpError {
  return new HttpError(daemon.options.flavour === 'go' ? 422 : 400, `invalid payload: ${key} is missing or malformed`);
}

export function textField(daemon: Daemon, body: JsonObject, key: string): string {
  const value = body[key];
  if (typeof value !== 'string') throw malformed(daemon, key);
  return value;
}

export function textsField(daemon: Daemon, body: JsonObject, key: string): string[] {
  const value = body[key];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) throw malformed(daemon, key);
  return value;
}

export function objectsField(daemon: Daemon, body: JsonObject, key: string): JsonObject[] {
  const value = body[key];
  if (!Array.isArray(value) || !value.every(isObject)) throw malformed(daemon, key);
  return value;
}

/** The server of `:s`. */
export function serverOf(daemon: Daemon, request: HttpRequest): SimulatedServer {
  return serverBy(daemon, request.params.s ?? '');
}

export function serverBy(daemon: Daemon, uuid: string): SimulatedServer {
  if (daemon.options.flavour === 'rs' && !isUuid(uuid)) throw new HttpError(400, 'invalid uuid');
  const server = daemon.servers.get(uuid.toLowerCase());
  const message = daemon.options.flavour === 'rs' ? 'server not found' : 'The requested server does not exist.';
  if (server === undefined) throw new HttpError(404, message);
  return server;
}

/** Verifies the JWT of an open route and answers its claims. */
export function claimsOf(daemon: Daemon, token: string | null, scope: Scope): JsonObject {
  const { tokens } = daemon;
  const verdict = scope === 'transfer' ? tokens.verify(token ?? '', scope) : tokens.verifyOnce(token ?? '', scope);
  if (verdict.ok) return verdict.claims;
  const { flaw } = verdict;
  if (daemon.options.flavour === 'rs') {
    const message = flaw === 'used' ? reasonOf(flaw) : `invalid token: ${reasonOf(flaw)}`;
    throw new HttpError(401, flaw === 'signature' ? 'invalid token' : message);
  }
  if (flaw === 'signature' || flaw === 'expired') throw new HttpError(500, `jwt: ${reasonOf(flaw)}`);
  throw new HttpError(404, 'The requested resource was not found on this server.');
}
