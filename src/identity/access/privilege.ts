import { isSuperuserRole } from '../../common/access/principal.js';
import type { Account, UserPrincipal } from '../../common/access/principal.js';
import { forbidden } from '../../common/errors/panel-error.js';

/**
 * Whether the actor is at least as powerful as the account: everybody manages himself, superusers everybody, others
 * only accounts whose assigned roles hold nothing that the actor lacks.
 */
export function mayManage(actor: UserPrincipal, target: Account): boolean {
  if (actor.userId === target.id || actor.actsAsSuperuser) return true;
  if (isSuperuserRole(target.role)) return false;
  return target.rolePermissions.every((permission) => actor.can(permission));
}

/** @throws PanelError 403 when the account is more privileged than the actor. */
export function assertMayManage(actor: UserPrincipal, target: Account): void {
  if (!mayManage(actor, target)) {
    throw forbidden('This account holds rights that you do not hold', 'users.more_privileged');
  }
}

/**
 * Whether the actor may hand out a permission: only what he holds, and everything (`*`, also as `*:…`) only as a
 * superuser.
 */
export function mayGrant(actor: UserPrincipal, permission: string): boolean {
  if (actor.isSuperuser) return actor.proofCovers(permission);
  return permission.split(':')[0] !== '*' && actor.can(permission);
}
