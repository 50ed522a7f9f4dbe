import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Allocations } from '../../nodes/allocations/allocations.service.js';
import { nodeNotFound } from '../../nodes/directory/node-ref.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { beingTransferred } from '../access/transferring.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import type { FleetNode, Operator } from './fleet-node.js';
import type { ServerMappedResponse } from './dto/fleet.dto.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const unknownServer = (): PanelError => notFound('Server not found', 'servers.not_found');

/** Says that another node has a server, after its files were moved by hand. */
@Injectable()
export class ServerMappings {
  constructor(
    private readonly prisma: PrismaService,
    private readonly allocations: Allocations,
    private readonly sync: ServerSync,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /**
   * Puts the server on the node; its ports are given back and as many claimed there. Nothing is told to the old node.
   * @throws PanelError 404 for an unknown server or node; 409 during a transfer; 503 when the node has too few free ports.
   */
  async map(serverUuid: string, nodeId: number, operator: Operator): Promise<ServerMappedResponse> {
    if (!UUID.test(serverUuid)) throw unknownServer();
    const uuid = serverUuid.toLowerCase();
    const { node, moved } = await this.prisma.$transaction((tx) => this.move(tx, uuid, nodeId, operator));
    if (moved) {
      this.bus.publish('server.access_changed', { serverUuid: uuid });
      await this.sync.now(uuid);
    }
    return { success: true, mapping: { uuid, node } };
  }

  private async move(
    tx: Queryable,
    uuid: string,
    nodeId: number,
    operator: Operator,
  ): Promise<{ node: FleetNode; moved: boolean }> {
    const [server] = await tx.$queryRaw<{ nodeId: number; name: string; transferring: boolean }[]>`
      SELECT "nodeId", "name", "transferring" FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
    if (server === undefined) throw unknownServer();
    if (server.transferring) throw beingTransferred();
    const node = await tx.node.findUnique({ where: { id: nodeId }, select: { id: true, name: true } });
    if (node === null) throw nodeNotFound();
    if (server.nodeId === nodeId) return { node, moved: false };
    const ports = await tx.allocation.count({ where: { serverUuid: uuid } });
    await this.allocations.releaseAll(tx, uuid);
    await tx.server.update({ where: { uuid }, data: { nodeId }, select: { uuid: true } });
    const main = await this.allocations.claimDefault(tx, { nodeId, serverUuid: uuid });
    if (main !== null)
      await this.allocations.claimMore(tx, { nodeId, serverUuid: uuid, count: Math.max(ports - 1, 0) });
    await this.sync.request(tx, uuid);
    await this.audit.record(
      {
        userId: operator.userId,
        action: 'server:map',
        targetType: 'server',
        targetId: uuid,
        ipAddress: operator.ip,
        metadata: { serverName: server.name, fromNodeId: server.nodeId, nodeId },
      },
      tx,
    );
    return { node, moved: true };
  }
}
