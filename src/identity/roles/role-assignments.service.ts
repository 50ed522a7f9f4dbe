import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { targetUserId } from '../access/target-user.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import type { AssignmentResponse, AssignmentResultResponse } from './dto/roles.dto.js';
import { assertMayGrant, heldByRole } from './role-permissions.js';

const ASSIGNMENT = { id: true, role: { select: { id: true, name: true, description: true } } } as const;

/** Which roles an account has. */
@Injectable()
export class RoleAssignments implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly erasure: AccountErasure,
  ) {}

  onModuleInit(): void {
    this.erasure.register('roles', async (tx, userId) => {
      await tx.userRole.deleteMany({ where: { userId } });
    });
  }

  async list(caller: UserPrincipal, reference: string): Promise<AssignmentResponse[]> {
    const userId = targetUserId(reference, caller);
    await assertExists(this.prisma, userId);
    return this.prisma.userRole.findMany({ where: { userId }, orderBy: { id: 'asc' }, select: ASSIGNMENT });
  }

  /** Assigning twice changes nothing. The caller must hold what the role holds. */
  async assign(
    caller: UserPrincipal,
    reference: string,
    roleId: number,
    ip: string,
  ): Promise<AssignmentResultResponse> {
    const userId = targetUserId(reference, caller);
    const ur = await this.prisma.$transaction(async (tx) => {
      await assertExists(tx, userId);
      const [role] = await tx.$queryRaw<{ id: number }[]>`SELECT "id" FROM "Role" WHERE "id" = ${roleId} FOR SHARE`;
      if (role === undefined) throw notFound('Role not found', 'roles.not_found');
      assertMayGrant(caller, await heldByRole(tx, roleId));
      await tx.userRole.createMany({ data: [{ userId, roleId }], skipDuplicates: true });
      await this.record(tx, caller, userId, { action: 'role-assigned', roleId, ip });
      return tx.userRole.findUniqueOrThrow({ where: { userId_roleId: { userId, roleId } }, select: ASSIGNMENT });
    });
    this.bus.publish('user.changed', { userId });
    return { success: true, ur };
  }

  /** @throws PanelError 404 when the account has no such assignment. */
  async unassign(caller: UserPrincipal, reference: string, id: number, ip: string): Promise<SuccessResponse> {
    const userId = targetUserId(reference, caller);
    const where = { id, userId };
    await this.prisma.$transaction(async (tx) => {
      const row = await tx.userRole.findFirst({ where, select: { roleId: true } });
      if (row === null) throw notFound('Not found', 'roles.assignment_not_found');
      assertMayGrant(caller, await heldByRole(tx, row.roleId));
      await tx.userRole.deleteMany({ where });
      await this.record(tx, caller, userId, { action: 'role-unassigned', roleId: row.roleId, ip });
    });
    this.bus.publish('user.changed', { userId });
    return SUCCESS;
  }

  private record(
    tx: Queryable,
    caller: UserPrincipal,
    targetId: number,
    { action, roleId, ip }: { action: string; roleId: number; ip: string },
  ): Promise<void> {
    const entry = { action, targetType: 'user', targetId, ipAddress: ip, metadata: { roleId } } as const;
    return this.audit.record({ userId: caller.userId, ...entry }, tx);
  }
}

async function assertExists(tx: Queryable, userId: number): Promise<void> {
  const user = await tx.user.findUnique({ where: { id: userId }, select: { id: true } });
  if (user === null) throw notFound('User not found', 'users.not_found');
}
