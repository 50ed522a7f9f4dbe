import type { Prisma } from '../../generated/prisma/client.js';
import type { RoleResponse } from './dto/roles.dto.js';

const PERMISSIONS = { orderBy: { id: 'asc' }, select: { id: true, value: true } } as const;
const PARENT = { id: true, name: true, description: true, parentRoleId: true, permissions: PERMISSIONS } as const;

/** A role with its permissions and its parent. */
export const ROLE = { ...PARENT, parentRole: { select: PARENT } } as const satisfies Prisma.RoleSelect;

type Row = Prisma.RoleGetPayload<{ select: typeof ROLE }>;

export function toRole({ id, name, description, parentRoleId, permissions, parentRole }: Row): RoleResponse {
  return { id, name, description, parentRoleId, permissions, parentRole };
}
