import type { UserPrincipal } from '../../common/access/principal.js';
import { forbidden, notFound } from '../../common/errors/panel-error.js';

const MAXIMUM_ID = 2_147_483_647;

/** The account that a path means: a number, or `me` for the caller. */
export function targetUserId(reference: string, caller: UserPrincipal): number {
  if (reference === 'me') return caller.userId;
  const id = /^\d{1,10}$/.test(reference) ? Number(reference) : 0;
  if (id < 1 || id > MAXIMUM_ID) throw notFound('User not found', 'users.not_found');
  return id;
}

/**
 * The account that a path means, when the caller is that account or holds the permission. Refused before anybody looks
 * whether it exists.
 */
export function ownOrPermitted(reference: string, caller: UserPrincipal, permission: string): number {
  const id = targetUserId(reference, caller);
  if (id !== caller.userId && !caller.can(permission)) throw forbidden();
  return id;
}

/**
 * The account that a path means, when the caller may change things of it: his own (a key only when it holds
 * `users:write`), others with `users:write`.
 */
export function ownOrChangeable(reference: string, caller: UserPrincipal): number {
  const id = targetUserId(reference, caller);
  const allowed = id === caller.userId ? caller.proofCovers('users:write') : caller.can('users:write');
  if (!allowed) throw forbidden();
  return id;
}
