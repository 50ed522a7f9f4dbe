import { SUBUSER_PERMISSIONS } from '../access/server-needs.js';
import type { ServerScope } from '../access/server-scope.js';

const KNOWN = new Set<string>(SUBUSER_PERMISSIONS);
const DEFAULT = 'console';

/** Whether the caller may hand everything on: the owner and staff. */
export const managesAll = (scope: ServerScope): boolean => scope.isOwner || scope.isStaffFor('subusers.manage');

/** Whether the caller may hand on this permission: nobody gives more than he has. */
const mayGrant = (scope: ServerScope, permission: string): boolean =>
  managesAll(scope) || scope.subuserPermissions.includes(permission) || scope.subuserPermissions.includes('*');

/**
 * Permissions of a new entry: known ones that the inviter has himself. Nothing left means `console`.
 * @returns an empty list when not even that is his to give.
 */
export function grantable(scope: ServerScope, wanted: readonly string[] | undefined): string[] {
  const granted = known(wanted ?? [DEFAULT]).filter((permission) => mayGrant(scope, permission));
  if (granted.length > 0) return granted;
  return mayGrant(scope, DEFAULT) ? [DEFAULT] : [];
}

/** Permissions after a change: what the caller cannot give he cannot take away either. */
export function changed(scope: ServerScope, before: readonly string[], wanted: readonly string[]): string[] {
  const kept = before.filter(
    (permission) => !mayGrant(scope, permission) || (permission === '*' && !managesAll(scope)),
  );
  const granted = known(wanted).filter((permission) => mayGrant(scope, permission));
  return [...new Set([...kept, ...granted])];
}

const known = (permissions: readonly string[]): string[] => [
  ...new Set(permissions.filter((permission) => KNOWN.has(permission))),
];
