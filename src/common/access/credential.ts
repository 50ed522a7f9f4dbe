import { parseCookie } from 'cookie';
import type { IncomingHttpHeaders } from 'node:http';

/** What a request presented. `malformed`: an Authorization header of a form that nobody uses. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }
  /** A session JWT or an API key. `cookie`: the session cookie sent beside it, for the fall-back of contract 0.1. */
  | { readonly kind: 'bearer'; readonly value: string; readonly cookie?: string }
  | { readonly kind: 'api-key'; readonly value: string }
  | { readonly kind: 'cookie'; readonly value: string };

const BARE_VALUE_MINIMUM = 21;

/** Takes the credential from a request's headers; the first source wins (contract auth-users 0.1). */
export function credentialOf(headers: IncomingHttpHeaders, cookieName: string): Credential {
  const { authorization } = headers;
  if (authorization !== undefined && authorization !== '') return fromAuthorization(authorization, headers, cookieName);
  const key = headers['x-api-key'];
  if (typeof key === 'string' && key !== '') return { kind: 'api-key', value: key };
  const cookie = sessionCookie(headers, cookieName);
  return cookie === undefined ? { kind: 'none' } : { kind: 'cookie', value: cookie };
}

function fromAuthorization(header: string, headers: IncomingHttpHeaders, cookieName: string): Credential {
  const [scheme = '', value, ...rest] = header.trim().split(/\s+/);
  const cookie = sessionCookie(headers, cookieName);
  const beside = cookie === undefined ? {} : { cookie };
  if (value === undefined) {
    return scheme.length >= BARE_VALUE_MINIMUM ? { kind: 'bearer', value: scheme, ...beside } : { kind: 'malformed' };
  }
  if (rest.length > 0) return { kind: 'malformed' };
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', value, ...beside };
  return scheme.toLowerCase() === 'apikey' ? { kind: 'api-key', value } : { kind: 'malformed' };
}

/** The session cookie: the configured name, else `session`, which the public examples use. */
function sessionCookie(headers: IncomingHttpHeaders, cookieName: string): string | undefined {
  if (headers.cookie === undefined) return undefined;
  const cookies = parseCookie(headers.cookie);
  return cookies[cookieName] || cookies['session'] || undefined;
}
