import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import type { InviteSubuserDto, SubuserEntry, UpdateSubuserDto } from './dto/subuser.dto.js';
import { changed, grantable, managesAll } from './subuser-rules.js';
import { SubuserSessions } from './subuser-sessions.service.js';
import { subuserColumns, toSubuser } from './subuser.mapper.js';
import type { SubuserRow } from './subuser.mapper.js';

/** Who else may do something with a server. Every change is in force when it is answered. */
@Injectable()
export class Subusers {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly mailer: Mailer,
    private readonly bus: EventBus,
    private readonly sessions: SubuserSessions,
    private readonly config: Config,
  ) {}

  /** All entries for those who manage them, one's own for the others; oldest first. */
  async list(scope: ServerScope): Promise<SubuserEntry[]> {
    const rows = await this.prisma.serverSubuser.findMany({
      where: { serverUuid: scope.uuid, ...(!scope.has('subusers.manage') && { userId: scope.userId }) },
      select: subuserColumns,
      orderBy: { id: 'asc' },
    });
    return rows.map(toSubuser);
  }

  /** @throws PanelError 400, 403, 404, 409 with the texts of contract servers.md. */
  async invite(scope: ServerScope, dto: InviteSubuserDto, ipAddress: string): Promise<SubuserEntry> {
    requireManager(scope);
    const permissions = grantable(scope, dto.permissions);
    if (permissions.length === 0) throw notManager();
    try {
      return await this.prisma.$transaction((tx) =>
        this.insert(tx, scope, { email: dto.email, permissions }, ipAddress),
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('User is already a subuser of this server', 'subusers.exists');
    }
  }

  async update(scope: ServerScope, id: number, dto: UpdateSubuserDto, ipAddress: string): Promise<SubuserEntry> {
    requireManager(scope);
    if (dto.locked !== undefined && !managesAll(scope)) {
      throw forbidden('Only server owner or staff can change locked status', 'subusers.lock_owner_only');
    }
    const row = await this.prisma.$transaction(async (tx) => {
      const before = await lockEntry(tx, scope, id);
      assertMayTouch(scope, before);
      const permissions = changed(scope, before.permissions, dto.permissions);
      const after = await tx.serverSubuser.update({
        where: { id: before.id },
        data: { permissions, ...(dto.locked !== undefined && { locked: dto.locked }) },
        select: subuserColumns,
      });
      await this.record(tx, scope, 'server:subuser:update', ipAddress, after);
      return after;
    });
    this.bus.publish('server.access_changed', { serverUuid: scope.uuid });
    this.sessions.refresh(scope.nodeId, scope.uuid, row.user);
    return toSubuser(row);
  }

  /** Also by the subuser himself. */
  async remove(scope: ServerScope, id: number, ipAddress: string): Promise<void> {
    const row = await this.prisma.$transaction(async (tx) => {
      const before = await lockEntry(tx, scope, id);
      if (before.userId !== scope.userId) {
        if (!scope.has('subusers.manage')) throw notRemovable();
        if (before.locked && !managesAll(scope)) throw lockedEntry();
      }
      await tx.serverSubuser.delete({ where: { id: before.id }, select: { id: true } });
      await this.record(tx, scope, 'server:subuser:remove', ipAddress, before);
      return before;
    });
    this.bus.publish('server.access_changed', { serverUuid: scope.uuid });
    this.sessions.close(scope.nodeId, scope.uuid, row.user);
  }

  private async insert(
    tx: Queryable,
    scope: ServerScope,
    { email, permissions }: { email: string; permissions: string[] },
    ipAddress: string,
  ): Promise<SubuserEntry> {
    const user = await tx.user.findUnique({
      where: { email: email.trim().toLowerCase() },
      select: { id: true, email: true, firstName: true, settings: true },
    });
    if (user === null) throw notFound('User not found with that email', 'subusers.user_not_found');
    if (user.id === scope.userId || user.id === scope.ownerId) {
      throw badRequest('Cannot add yourself as a subuser', 'subusers.self');
    }
    const row = await tx.serverSubuser.create({
      data: { serverUuid: scope.uuid, userId: user.id, permissions },
      select: subuserColumns,
    });
    await this.record(tx, scope, 'server:subuser:add', ipAddress, row);
    await this.mailInvitation(tx, scope, user);
    return toSubuser(row);
  }

  private async mailInvitation(
    tx: Queryable,
    scope: ServerScope,
    user: { id: number; email: string; firstName: string; settings: Prisma.JsonValue },
  ): Promise<void> {
    const server = await tx.server.findUniqueOrThrow({ where: { uuid: scope.uuid }, select: { name: true } });
    const inviter = await tx.user.findUniqueOrThrow({
      where: { id: scope.userId },
      select: { firstName: true, displayName: true },
    });
    const recipient = { userId: user.id, email: user.email, locale: mailLocaleOf(user.settings) };
    await this.mailer.enqueue(tx, recipient, 'subuser-invite', {
      name: user.firstName,
      serverName: server.name,
      inviter: inviter.displayName ?? inviter.firstName,
      url: `${this.config.frontendUrl}/dashboard/subusers/invites`,
    });
  }

  private record(
    tx: Queryable,
    scope: ServerScope,
    action: string,
    ipAddress: string,
    { id, permissions, user }: SubuserRow,
  ): Promise<void> {
    const metadata = { subuserEmail: user.email, subuserId: id, permissions };
    const { userId, uuid } = scope;
    return this.audit.record({ userId, action, targetType: 'server', targetId: uuid, ipAddress, metadata }, tx);
  }
}

async function lockEntry(tx: Queryable, scope: ServerScope, id: number): Promise<SubuserRow> {
  await tx.$executeRaw`SELECT 1 FROM "ServerSubuser" WHERE "id" = ${id} FOR UPDATE`;
  const row = await tx.serverSubuser.findFirst({ where: { id, serverUuid: scope.uuid }, select: subuserColumns });
  if (row === null) throw notFound('Subuser not found', 'subusers.not_found');
  return row;
}

function requireManager(scope: ServerScope): void {
  if (!scope.has('subusers.manage')) throw notManager();
}

/** A subuser who manages others may neither raise himself nor touch what the owner locked. */
function assertMayTouch(scope: ServerScope, row: SubuserRow): void {
  if (managesAll(scope)) return;
  if (row.userId === scope.userId) throw notManager();
  if (row.locked) throw lockedEntry();
}

const notManager = (): PanelError =>
  forbidden('Only server owner, staff, or authorized subusers can manage subusers', 'subusers.not_manager');
const notRemovable = (): PanelError =>
  forbidden('Only server owner, admin, or authorized subusers can remove this entry', 'subusers.not_manager');
const lockedEntry = (): PanelError =>
  forbidden('This subuser is locked and cannot be removed by other subusers', 'subusers.locked');
