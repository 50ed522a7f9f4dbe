import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { ListSearchDto, listWindow, nameContains } from '../../common/paging/list-search.dto.js';
import type { PortalType } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
import { NodeHealth } from '../health/node-health.service.js';
import { nodeTypesFor, organisationNodeTypesFor } from '../placement/tiers.js';
import type {
  AdminNodeResponse,
  ListedNodeResponse,
  NewestHeartbeat,
  NodeResponse,
  OrganisationNodeResponse,
} from './dto/node-response.dto.js';
import { nodeColumns, ownNodeColumns, toAvailableNode, toNode, toOrganisationNode } from './node.mapper.js';

/** Nodes as they are shown. */
@Injectable()
export class NodeListing {
  private readonly tiers = new PushCache<number, PortalType>({ maximum: 20_000, lifetimeMs: 60_000 }, (userId) =>
    this.loadTier(userId),
  );

  constructor(
    private readonly prisma: PrismaService,
    private readonly health: NodeHealth,
    bus: EventBus,
  ) {
    bus.on('user.changed', ({ userId }) => this.tiers.invalidate(userId));
    bus.on('bus.reconnected', () => this.tiers.clear());
  }

  async all(): Promise<NodeResponse[]> {
    const rows = await this.prisma.node.findMany({ select: nodeColumns, orderBy: { id: 'asc' } });
    return rows.map(toNode);
  }

  /**
   * Where the caller may place servers: nodes of his portal or of his organisations that take servers and are healthy.
   * Holders of
   * `nodes:read` get every node with all fields.
   */
  async available(caller: UserPrincipal): Promise<ListedNodeResponse[]> {
    if (caller.can('nodes:read')) return this.all();
    const rights = { tier: await this.tiers.get(caller.userId), seesAllNodes: false };
    const organisations = caller.account.memberships.map(({ organisationId }) => organisationId);
    const open = [
      { organisationId: null, nodeType: { in: [...nodeTypesFor(rights)] } },
      { organisationId: { in: organisations }, nodeType: { in: [...organisationNodeTypesFor(rights)] } },
    ];
    const rows = await this.prisma.node.findMany({
      where: { OR: open, deploymentsDisabled: false, maintenance: false },
      select: ownNodeColumns,
      orderBy: { id: 'asc' },
    });
    return rows.filter(({ id }) => this.health.isHealthy(id)).map(toAvailableNode);
  }

  /** All nodes of an organisation, ill and closed ones too. */
  async ofOrganisation(organisationId: number): Promise<OrganisationNodeResponse[]> {
    const rows = await this.prisma.node.findMany({
      where: { organisationId },
      select: ownNodeColumns,
      orderBy: { id: 'asc' },
    });
    return rows.map(toOrganisationNode);
  }

  /** @throws PanelError 404. */
  async one(ref: string): Promise<NodeResponse> {
    const row = await this.prisma.node.findUnique({ where: nodeRefOf(ref), select: nodeColumns });
    if (row === null) throw nodeNotFound();
    return toNode(row);
  }

  async forAdmins(query: ListSearchDto = new ListSearchDto()): Promise<AdminNodeResponse[]> {
    const part = nameContains(query);
    const rows = await this.prisma.node.findMany({
      ...(part !== undefined && { where: { OR: [{ name: part }, { fqdn: part }] } }),
      ...listWindow(query),
      select: {
        ...nodeColumns,
        daemonKind: true,
        daemonVersion: true,
        healthReason: true,
        healthState: true,
        healthStateSince: true,
        _count: { select: { servers: true } },
      },
      orderBy: { id: query.order },
    });
    return rows.map((row) => ({
      ...toNode(row),
      serverCount: row._count.servers,
      healthy: this.health.isHealthy(row.id),
      state: row.maintenance ? 'maintenance' : row.healthState,
      stateSince: row.healthStateSince?.toISOString() ?? null,
      lastHeartbeat: this.newest(row.id),
      daemonKind: row.daemonKind,
      daemonVersion: row.daemonVersion,
      healthReason: row.healthReason,
    }));
  }

  private newest(nodeId: number): NewestHeartbeat | null {
    const state = this.health.newest(nodeId);
    if (state === undefined) return null;
    return { status: state.status, responseMs: state.responseMs, timestamp: new Date(state.at).toISOString() };
  }

  private async loadTier(userId: number): Promise<PortalType> {
    const user = await this.prisma.user.findUnique({ where: { id: userId }, select: { portalType: true } });
    if (user === null) throw unauthorized('User not found', 'auth.user_not_found');
    return user.portalType;
  }
}
