import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, forbidden, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { Allocations } from '../../nodes/allocations/allocations.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { lockIdle } from '../access/not-now.js';
import type { ServerScope } from '../access/server-scope.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import { portsPerServer } from '../quota/limits.js';
import type { ServerAllocationItem } from '../servers/dto/server.dto.js';
import type { AddedPort, AddPortsDto, RemovedPort } from './dto/server-ports.dto.js';

const FREED = { serverUuid: null, isDefault: false, notes: null } as const;

/** The ports of servers. */
@Injectable()
export class ServerPorts {
  constructor(
    private readonly prisma: PrismaService,
    private readonly allocations: Allocations,
    private readonly sync: ServerSync,
    private readonly audit: AuditLog,
  ) {}

  /** The default port first. */
  async list({ uuid, nodeId }: ServerScope): Promise<ServerAllocationItem[]> {
    const rows = await this.prisma.allocation.findMany({
      where: { serverUuid: uuid, nodeId },
      select: { ip: true, port: true, alias: true, notes: true, isDefault: true, node: { select: { fqdn: true } } },
      orderBy: [{ isDefault: 'desc' }, { ip: 'asc' }, { port: 'asc' }],
    });
    return rows.map(({ ip, port, alias, notes, isDefault, node }) => ({
      ip,
      port,
      fqdn: alias ?? node.fqdn,
      is_default: isDefault,
      notes,
    }));
  }

  /** @throws PanelError 403 beyond the owner's limit, 409 while the server is not idle, 503 when the node has no more; then none is added. */
  async add(scope: ServerScope, { count = 1, requestIpv6 }: AddPortsDto, ipAddress: string): Promise<AddedPort[]> {
    if (requestIpv6 === true) throw ipv6Refused();
    const added = await this.prisma.$transaction(async (tx) => {
      await this.assertLimit(tx, scope, count);
      const any = await tx.allocation.findFirst({ where: { nodeId: scope.nodeId }, select: { id: true } });
      if (any === null) throw badRequest('Node does not support additional allocations', 'allocations.unsupported');
      const claimed = await this.allocations.claimMore(tx, { nodeId: scope.nodeId, serverUuid: scope.uuid, count });
      const ports = claimed.map(({ ip, port }) => ({ ip, port }));
      await this.changed(tx, scope, 'server:allocation:add', ipAddress, ports);
      return ports;
    });
    await this.sync.now(scope.uuid);
    return added.map(({ ip, port }) => ({ ip, port, is_default: false }));
  }

  /** @throws PanelError 400 for the default port, 404 for one that the server does not have, 409 while it is not idle. */
  async remove(scope: ServerScope, { ip, port }: Partial<RemovedPort>, ipAddress: string): Promise<void> {
    if (ip === undefined || port === undefined) throw badRequest('Invalid ip/port', 'allocations.invalid');
    await this.prisma.$transaction(async (tx) => {
      await lockIdle(tx, scope.uuid);
      const one = { serverUuid: scope.uuid, nodeId: scope.nodeId, ip, port };
      const { count } = await tx.allocation.updateMany({ where: { ...one, isDefault: false }, data: FREED });
      if (count === 0) throw await refusal(tx, one);
      await this.changed(tx, scope, 'server:allocation:remove', ipAddress, [{ ip, port }]);
    });
    await this.sync.now(scope.uuid);
  }

  /** Gives all but the default port back. @throws PanelError 409 while the server is not idle. */
  async removeSecondary(scope: ServerScope, ipAddress: string): Promise<RemovedPort[]> {
    const removed = await this.prisma.$transaction(async (tx) => {
      await lockIdle(tx, scope.uuid);
      const freed = await tx.allocation.updateManyAndReturn({
        where: { serverUuid: scope.uuid, nodeId: scope.nodeId, isDefault: false },
        data: FREED,
        select: { ip: true, port: true },
      });
      if (freed.length > 0) await this.changed(tx, scope, 'server:allocation:remove', ipAddress, freed);
      return freed;
    });
    if (removed.length > 0) await this.sync.now(scope.uuid);
    return removed;
  }

  /** Under a lock of the server: of two requests at once the second counts the ports of the first. */
  private async assertLimit(tx: Queryable, scope: ServerScope, wanted: number): Promise<void> {
    await lockIdle(tx, scope.uuid);
    if (scope.isStaff) return;
    const owner = await tx.user.findUnique({ where: { id: scope.ownerId }, select: { limits: true } });
    const limit = portsPerServer(owner?.limits);
    const has = await tx.allocation.count({ where: { serverUuid: scope.uuid, nodeId: scope.nodeId } });
    if (limit !== null && has + wanted > limit) {
      throw forbidden(
        `Per-server port limit exceeded (allowed ${limit}). Currently allocated: ${has}`,
        'allocations.limit_reached',
      );
    }
  }

  private async changed(
    tx: Queryable,
    scope: ServerScope,
    action: string,
    ipAddress: string,
    ports: readonly RemovedPort[],
  ): Promise<void> {
    const { userId, uuid } = scope;
    const metadata: Prisma.InputJsonObject = { ports: ports.map(({ ip, port }) => `${ip}:${port}`) };
    await this.sync.request(tx, uuid);
    await this.audit.record({ userId, action, targetType: 'server', targetId: uuid, ipAddress, metadata }, tx);
  }
}

async function refusal(tx: Queryable, where: Prisma.AllocationWhereInput): Promise<PanelError> {
  const isThere = await tx.allocation.findFirst({ where, select: { id: true } });
  return isThere === null
    ? notFound('Allocation not found', 'allocations.not_found')
    : badRequest('Cannot remove default allocation', 'allocations.is_default');
}

const ipv6Refused = (): PanelError =>
  badRequest(
    'IPv6 allocation requests are handled through an IP request application. Please submit a request to the admin team.',
    'allocations.ipv6_by_application',
  );
