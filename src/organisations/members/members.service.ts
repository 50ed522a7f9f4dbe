import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { forbidden } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { SUCCESS } from '../../identity/dto/success.dto.js';
import type { SuccessResponse } from '../../identity/dto/success.dto.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { OrganisationLock } from '../access/organisation-lock.service.js';
import type { OrganisationRole } from '../access/organisation-needs.js';
import type { OrganisationScope } from '../access/organisation-scope.js';
import type { OrganisationMemberItem } from '../organisations/dto/organisation.dto.js';
import { Departures } from './departures.service.js';
import type { ChangedRole } from './dto/members.dto.js';
import { memberColumns, toMember } from './member.mapper.js';
import { memberNotFound, setRole, transferOwnership } from './ownership.js';

/**
 * Who belongs to an organisation, and as what. Every change takes the organisation's lock and asks for the caller's role
 * again, so there is exactly one owner, and nobody acts with a role that he has just lost.
 */
@Injectable()
export class Members {
  constructor(
    private readonly prisma: PrismaService,
    private readonly lock: OrganisationLock,
    private readonly departures: Departures,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** In the order of joining. */
  async list({ id: organisationId }: OrganisationScope): Promise<OrganisationMemberItem[]> {
    const rows = await this.prisma.organisationMember.findMany({
      where: { organisationId },
      select: memberColumns,
      orderBy: { id: 'asc' },
    });
    return rows.map(toMember);
  }

  /** @throws PanelError 403, 404 with the texts of contract orgs-billing.md. */
  async changeRole(
    scope: OrganisationScope,
    userId: number,
    role: OrganisationRole,
    ipAddress: string,
  ): Promise<ChangedRole> {
    const { target, ownerBefore } = await this.prisma.$transaction(async (tx) => {
      const { organisation } = await this.lock.takeFor(tx, scope, role === 'owner' ? 'transfer' : 'members');
      const isOwner = userId === organisation.ownerId;
      if (isOwner && role !== 'owner') throw ownerStays();
      const membership = { organisationId: scope.id, userId };
      const changed =
        role === 'owner' && !isOwner
          ? await transferOwnership(tx, organisation, userId)
          : await setRole(tx, membership, role);
      await this.record(tx, scope, 'org:change_role', ipAddress, { targetUserId: userId, newRole: role });
      return { target: changed, ownerBefore: organisation.ownerId };
    });
    this.bus.publish('user.changed', { userId });
    if (role === 'owner' && ownerBefore !== userId) this.bus.publish('user.changed', { userId: ownerBefore });
    return { success: true, target };
  }

  /** @throws PanelError 403 for the owner; 404 for somebody who is no member. */
  async remove(scope: OrganisationScope, userId: number, ipAddress: string): Promise<SuccessResponse> {
    const departure = await this.prisma.$transaction(async (tx) => {
      const { organisation } = await this.lock.takeFor(tx, scope, 'members');
      if (userId === organisation.ownerId) throw ownerStays();
      const ended = await this.departures.end(tx, scope.id, userId);
      if (ended === undefined) throw memberNotFound();
      await this.record(tx, scope, 'org:remove_member', ipAddress, { removedUserId: userId });
      return ended;
    });
    this.departures.announce(departure);
    return SUCCESS;
  }

  /** @throws PanelError 403 for the owner, who must hand the organisation over first. */
  async leave(scope: OrganisationScope, ipAddress: string): Promise<SuccessResponse> {
    const departure = await this.prisma.$transaction(async (tx) => {
      const { organisation } = await this.lock.takeFor(tx, scope, 'membership');
      if (scope.userId === organisation.ownerId) {
        const text = 'Owner cannot leave organisation without transferring ownership';
        throw forbidden(text, 'organisations.owner_stays');
      }
      await this.record(tx, scope, 'org:leave', ipAddress);
      return this.departures.end(tx, scope.id, scope.userId);
    });
    if (departure !== undefined) this.departures.announce(departure);
    return SUCCESS;
  }

  private record(
    tx: Queryable,
    { id, userId }: OrganisationScope,
    action: string,
    ipAddress: string,
    metadata?: Prisma.InputJsonObject,
  ): Promise<void> {
    const entry = { userId, action, targetType: 'organisation', targetId: id, ipAddress } as const;
    return this.audit.record({ ...entry, ...(metadata !== undefined && { metadata }) }, tx);
  }
}

const ownerStays = (): PanelError => forbidden('Cannot remove organisation owner', 'organisations.owner_stays');
