import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict, forbidden } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Identities } from '../../identity/principals/identities.js';
import { SUCCESS } from '../../identity/dto/success.dto.js';
import type { SuccessResponse } from '../../identity/dto/success.dto.js';
import { isForeignKeyViolation, isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import { OrganisationLock } from '../access/organisation-lock.service.js';
import type { OrganisationScope } from '../access/organisation-scope.js';
import type {
  CreatedOrganisation,
  CreateOrganisationDto,
  OrganisationResult,
  SelectedOrganisation,
  UpdateOrganisationDto,
} from './dto/organisation.dto.js';
import { isHandle, normaliseHandle } from './handle.js';
import { OrganisationListing } from './organisation-listing.service.js';
import { organisationColumns, toSummary, toView } from './organisation.mapper.js';

/** Portals whose accounts may found organisations without the permission `org:create`. */
const FOUNDING_PORTALS: readonly string[] = ['paid', 'enterprise'];
const handleTaken = () => conflict('handle taken', 'organisations.handle_taken');

/** Founds, changes and ends organisations. */
@Injectable()
export class Organisations {
  constructor(
    private readonly prisma: PrismaService,
    private readonly listing: OrganisationListing,
    private readonly lock: OrganisationLock,
    private readonly identities: Identities,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** The caller becomes its owner. @throws PanelError 400, 403, 409 with the texts of contract orgs-billing.md. */
  async create(caller: UserPrincipal, dto: CreateOrganisationDto, ipAddress: string): Promise<CreatedOrganisation> {
    await this.assertMayCreate(caller);
    const handle = normaliseHandle(dto.handle);
    if (!isHandle(handle)) throw badRequest('invalid handle format', 'organisations.invalid_handle');
    const { userId } = caller;
    const row = await this.prisma
      .$transaction(async (tx) => {
        if (await this.listing.isReserved(tx, handle)) throw handleTaken();
        const created = await tx.organisation.create({
          data: { name: dto.name, handle, ownerId: userId, members: { create: { userId, orgRole: 'owner' } } },
          select: organisationColumns,
        });
        const entry = { targetType: 'organisation', targetId: created.id, ipAddress } as const;
        const metadata = { orgName: created.name, handle };
        await this.audit.record({ userId, action: 'org:create', ...entry, metadata }, tx);
        return created;
      })
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? handleTaken() : error;
      });
    this.bus.publish('user.changed', { userId });
    return { success: true, org: toView(row, 'owner'), ...toSummary(row) };
  }

  /** @throws PanelError 403 when the portal is to change and the caller has no right to that; 404. */
  async update(
    scope: OrganisationScope,
    { name, portalTier }: UpdateOrganisationDto,
    ipAddress: string,
  ): Promise<OrganisationResult> {
    const { id, userId } = scope;
    const { row, role } = await this.prisma.$transaction(async (tx) => {
      const { scope: present } = await this.lock.takeFor(tx, scope, 'update');
      const before = await tx.organisation.findUniqueOrThrow({ where: { id }, select: organisationColumns });
      if (portalTier !== undefined && portalTier !== before.portalTier) present.require('portal');
      const data = { ...(name && { name }), ...(portalTier !== undefined && { portalTier }) };
      const after = await tx.organisation.update({ where: { id }, data, select: organisationColumns });
      const entry = { targetType: 'organisation', targetId: id, ipAddress } as const;
      await this.audit.record({ userId, action: 'org:update', ...entry, metadata: data }, tx);
      return { row: after, role: present.role };
    });
    this.bus.publish('organisation.changed', { organisationId: id });
    return { success: true, org: toView(row, role) };
  }

  /** Ends it with its memberships and invitations. @throws PanelError 400 while a node belongs to it; 403, 404. */
  async remove(scope: OrganisationScope, ipAddress: string): Promise<SuccessResponse> {
    const { id, userId } = scope;
    await this.prisma
      .$transaction(async (tx) => {
        const { organisation } = await this.lock.takeFor(tx, scope, 'delete');
        const { name: orgName, handle } = organisation;
        const entry = { targetType: 'organisation', targetId: id, ipAddress } as const;
        await this.audit.record({ userId, action: 'org:delete', ...entry, metadata: { orgName, handle } }, tx);
        await tx.organisation.delete({ where: { id }, select: { id: true } });
      })
      .catch((error: unknown) => {
        throw isForeignKeyViolation(error) ? hasNodes() : error;
      });
    this.bus.publish('organisation.changed', { organisationId: id });
    return SUCCESS;
  }

  /** Makes it the organisation of the member's sessions. @throws PanelError 403 when he is no member any more. */
  async select(scope: OrganisationScope): Promise<SelectedOrganisation> {
    const { id: organisationId, userId } = scope;
    const { count } = await this.prisma.organisationMember.updateMany({
      where: { organisationId, userId },
      data: { selectedAt: new Date() },
    });
    if (count === 0) scope.withRole(undefined).require('membership');
    this.bus.publish('user.changed', { userId });
    return { success: true, orgId: organisationId };
  }

  private async assertMayCreate(caller: UserPrincipal): Promise<void> {
    if (caller.can('org:create')) return;
    const { profile } = await this.identities.account(caller.userId);
    if (!FOUNDING_PORTALS.includes(profile.portalType)) {
      throw forbidden('Insufficient permissions', 'auth.insufficient_permissions');
    }
  }
}

const hasNodes = () =>
  badRequest('Cannot delete organisation with active nodes. Unassign all nodes first.', 'organisations.has_nodes');
