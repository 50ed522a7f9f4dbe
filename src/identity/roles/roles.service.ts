import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { listWindow, nameContains } from '../../common/paging/list-search.dto.js';
import type { ListSearchDto } from '../../common/paging/list-search.dto.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import type {
  CreateRoleDto,
  PermissionResponse,
  PermissionResultResponse,
  RoleResponse,
  RoleResultResponse,
} from './dto/roles.dto.js';
import { ROLE, toRole } from './role.mapper.js';
import { assertMayGrant, heldByRole } from './role-permissions.js';

const DEFAULT_ROLE = 'default';
const MAXIMUM_LISTED = 500;
const missing = () => notFound('Role not found', 'roles.not_found');

/** Roles and what they hold. Nobody gives or takes more than he holds himself. */
@Injectable()
export class Roles {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  async list(query: ListSearchDto): Promise<RoleResponse[]> {
    const part = nameContains(query);
    const rows = await this.prisma.role.findMany({
      ...(part !== undefined && { where: { name: part } }),
      orderBy: { id: query.order },
      take: MAXIMUM_LISTED,
      ...listWindow(query),
      select: ROLE,
    });
    return rows.map(toRole);
  }

  async read(id: number): Promise<RoleResponse> {
    const row = await this.prisma.role.findUnique({ where: { id }, select: ROLE });
    if (row === null) throw missing();
    return toRole(row);
  }

  /** @throws PanelError 404 for an unknown parent, 409 for a known name. */
  async create(caller: UserPrincipal, body: CreateRoleDto, ip: string): Promise<RoleResultResponse> {
    const { name, description, parentRoleId } = body;
    try {
      const role = await this.prisma.$transaction(async (tx) => {
        if (parentRoleId) {
          const parent = await tx.role.findUnique({ where: { id: parentRoleId }, select: { id: true } });
          if (parent === null) throw missing();
          assertMayGrant(caller, await heldByRole(tx, parentRoleId));
        }
        const data = { name, description: description ?? null, parentRoleId: parentRoleId ?? null };
        const row = await tx.role.create({ data, select: ROLE });
        const entry = { action: 'role-created', targetType: 'role', targetId: row.id, ipAddress: ip } as const;
        await this.audit.record({ userId: caller.userId, ...entry, metadata: { name } }, tx);
        return toRole(row);
      });
      return { success: true, role };
    } catch (error) {
      throw isUniqueViolation(error) ? conflict('A role with that name already exists', 'roles.name_taken') : error;
    }
  }

  /** Takes the role from everybody; roles that inherited from it stand alone. */
  async delete(caller: UserPrincipal, id: number, ip: string): Promise<SuccessResponse> {
    await this.prisma.$transaction(async (tx) => {
      const role = await tx.role.findUnique({ where: { id }, select: { name: true } });
      if (role === null) throw missing();
      if (role.name === DEFAULT_ROLE) throw conflict('The role default cannot be deleted', 'roles.default');
      assertMayGrant(caller, await heldByRole(tx, id));
      await tx.role.deleteMany({ where: { id } });
      const entry = { action: 'role-deleted', targetType: 'role', targetId: id, ipAddress: ip } as const;
      await this.audit.record({ userId: caller.userId, ...entry, metadata: { name: role.name } }, tx);
    });
    this.bus.publish('roles.changed', {});
    return SUCCESS;
  }

  async permissions(id: number): Promise<PermissionResponse[]> {
    return (await this.read(id)).permissions;
  }

  /** What the role has already is answered as it is. */
  async addPermission(
    caller: UserPrincipal,
    roleId: number,
    value: string,
    ip: string,
  ): Promise<PermissionResultResponse> {
    const perm = await this.prisma.$transaction(async (tx) => {
      // The lock keeps the role from being deleted meanwhile.
      const [role] = await tx.$queryRaw<{ id: number }[]>`SELECT "id" FROM "Role" WHERE "id" = ${roleId} FOR SHARE`;
      if (role === undefined) throw missing();
      assertMayGrant(caller, [value]);
      await tx.rolePermission.createMany({ data: [{ roleId, value }], skipDuplicates: true });
      const entry = { action: 'role-permission-added', targetType: 'role', targetId: roleId, ipAddress: ip } as const;
      await this.audit.record({ userId: caller.userId, ...entry, metadata: { value } }, tx);
      const where = { roleId_value: { roleId, value } };
      return tx.rolePermission.findUniqueOrThrow({ where, select: { id: true, value: true } });
    });
    this.bus.publish('roles.changed', {});
    return { success: true, perm };
  }

  async removePermission(
    caller: UserPrincipal,
    roleId: number,
    permissionId: number,
    ip: string,
  ): Promise<SuccessResponse> {
    const where = { id: permissionId, roleId };
    await this.prisma.$transaction(async (tx) => {
      const row = await tx.rolePermission.findFirst({ where, select: { value: true } });
      if (row === null) throw notFound('Permission not found', 'roles.permission_not_found');
      assertMayGrant(caller, [row.value]);
      await tx.rolePermission.deleteMany({ where });
      const entry = { action: 'role-permission-removed', targetType: 'role', targetId: roleId, ipAddress: ip } as const;
      await this.audit.record({ userId: caller.userId, ...entry, metadata: { value: row.value } }, tx);
    });
    this.bus.publish('roles.changed', {});
    return SUCCESS;
  }
}
