import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { SubuserEntry, SubuserInvite } from './dto/subuser.dto.js';
import { inviteColumns, subuserColumns, toInvite, toSubuser } from './subuser.mapper.js';

/** Invitations, from the side of the one who was invited. */
@Injectable()
export class SubuserInvites {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** The caller's open invitations, oldest first. */
  async list(userId: number): Promise<SubuserInvite[]> {
    const rows = await this.prisma.serverSubuser.findMany({
      where: { userId, accepted: false },
      select: inviteColumns,
      orderBy: { id: 'asc' },
    });
    return rows.map(toInvite);
  }

  /** @throws PanelError 404 when it is not the caller's, or was answered already. */
  async accept(userId: number, id: number, ipAddress: string): Promise<SubuserEntry> {
    const row = await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.serverSubuser.updateMany({
        where: { id, userId, accepted: false },
        data: { accepted: true },
      });
      if (count === 0) throw inviteNotFound();
      const accepted = await tx.serverSubuser.findUniqueOrThrow({ where: { id }, select: subuserColumns });
      const targetId = accepted.serverUuid;
      const action = 'server:subuser:accept_invite';
      await this.audit.record({ userId, action, targetType: 'server', targetId, ipAddress }, tx);
      return accepted;
    });
    this.bus.publish('server.access_changed', { serverUuid: row.serverUuid });
    return toSubuser(row);
  }

  /** @throws PanelError 404 when it is not the caller's, or was answered already. */
  async reject(userId: number, id: number, ipAddress: string): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const mine = { id, userId, accepted: false };
      const invite = await tx.serverSubuser.findFirst({ where: mine, select: { serverUuid: true } });
      const { count } = await tx.serverSubuser.deleteMany({ where: mine });
      if (invite === null || count === 0) throw inviteNotFound();
      const action = 'server:subuser:reject_invite';
      await this.audit.record({ userId, action, targetType: 'server', targetId: invite.serverUuid, ipAddress }, tx);
    });
  }
}

const inviteNotFound = () => notFound('Invite not found', 'subusers.invite_not_found');
