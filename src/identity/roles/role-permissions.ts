import type { UserPrincipal } from '../../common/access/principal.js';
import { forbidden } from '../../common/errors/panel-error.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { mayGrant } from '../access/privilege.js';

/** What a role holds, its ancestors' included. `UNION` ends also when roles inherit in a circle. */
export async function heldByRole(tx: Queryable, roleId: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ value: string }[]>`
    WITH RECURSIVE chain AS (
      SELECT "id", "parentRoleId" FROM "Role" WHERE "id" = ${roleId}
      UNION SELECT p."id", p."parentRoleId" FROM chain c JOIN "Role" p ON p."id" = c."parentRoleId"
    )
    SELECT DISTINCT rp."value" FROM chain JOIN "RolePermission" rp ON rp."roleId" = chain."id"`;
  return rows.map((row) => row.value);
}

/** @throws PanelError 403 when the caller would give or take something that he does not hold himself. */
export function assertMayGrant(caller: UserPrincipal, permissions: readonly string[]): void {
  if (permissions.every((permission) => mayGrant(caller, permission))) return;
  throw forbidden('You can only give and take what you hold yourself', 'roles.not_held');
}
