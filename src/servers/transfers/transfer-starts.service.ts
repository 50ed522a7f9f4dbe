import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, notFound, PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { Allocations } from '../../nodes/allocations/allocations.service.js';
import { NodePlacement } from '../../nodes/placement/node-placement.service.js';
import type { PlacedNode } from '../../nodes/placement/node-placement.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { busyColumns, idle, notNow } from '../access/not-now.js';
import { lockUnlessTransferring } from '../access/transferring.js';
import { ServerRemovals } from '../daemon/server-removals.service.js';

/** The source node has this long to take the order; whether it is still there shows by then. */
const ORDER_MINUTES = 10;

/** Who wants which server where. */
export interface TransferOrder {
  readonly serverUuid: string;
  /** Chosen by the panel among the nodes of the owner's portal unless given. */
  readonly targetNodeId?: number | undefined;
  /** Whether every node may be named, not only those of the owner's portal. */
  readonly seesAllNodes: boolean;
  /** Null for the panel itself. */
  readonly userId: number | null;
  readonly ipAddress?: string;
}

const columns = {
  uuid: true,
  name: true,
  nodeId: true,
  ownerId: true,
  memory: true,
  disk: true,
  cpu: true,
  ...busyColumns,
  owner: { select: { portalType: true } },
} satisfies Prisma.ServerSelect;

type MovableServer = Prisma.ServerGetPayload<{ select: typeof columns }>;

/** Begins transfers: room and ports on the target are claimed in the transaction that notes the transfer. */
@Injectable()
export class TransferStarts {
  constructor(
    private readonly placement: NodePlacement,
    private readonly allocations: Allocations,
    private readonly removals: ServerRemovals,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Nothing of it counts unless the caller's transaction commits; the nodes are told by a job that exists exactly then.
   * @returns the number of the transfer.
   * @throws PanelError 404 for an unknown server or target; 409 when the server cannot move now or the target cannot
   * take it.
   */
  async start(tx: Queryable, order: TransferOrder): Promise<number> {
    const server = await this.lock(tx, order.serverUuid);
    const target = await this.targetFor(tx, server, order);
    if (await this.removals.isNoted(tx, server.uuid, target.id)) {
      throw conflict('The target node still deletes an earlier copy of the server', 'transfers.copy_remains');
    }
    await tx.server.update({ where: { uuid: server.uuid }, data: { transferring: true }, select: { uuid: true } });
    const { id } = await tx.serverTransfer.create({
      data: {
        serverUuid: server.uuid,
        activeServerUuid: server.uuid,
        sourceNodeId: server.nodeId,
        targetNodeId: target.id,
        startedById: order.userId,
        deadlineAt: new Date(Date.now() + ORDER_MINUTES * 60_000),
      },
      select: { id: true },
    });
    await asConflict(() =>
      this.allocations.claimForMove(tx, { serverUuid: server.uuid, fromNodeId: server.nodeId, toNodeId: target.id }),
    );
    await this.record(tx, order, server, target);
    await this.jobs.enqueue('transfer.begin', { transferId: id }, { tx, singletonKey: String(id) });
    return id;
  }

  private async lock(tx: Queryable, uuid: string): Promise<MovableServer> {
    await lockUnlessTransferring(tx, uuid);
    const server = await tx.server.findUnique({ where: { uuid }, select: columns });
    if (server === null) throw notFound('Server not found', 'servers.not_found');
    // Checked under the lock, for which whoever installs, restores or backs up waits.
    if ((await tx.server.count({ where: { uuid, ...idle() } })) === 0) throw notNow(server);
    const running = await tx.serverBackup.count({ where: { serverUuid: uuid, state: 'running' } });
    if (running > 0) throw conflict('A backup of this server is being made', 'backups.running');
    return server;
  }

  private async targetFor(tx: Queryable, server: MovableServer, order: TransferOrder): Promise<PlacedNode> {
    const { targetNodeId: nodeId, seesAllNodes } = order;
    if (nodeId === server.nodeId) throw conflict('The server is on this node already', 'transfers.same_node');
    if (nodeId !== undefined && (await tx.node.findUnique({ where: { id: nodeId }, select: { id: true } })) === null) {
      throw notFound('Target node not found', 'nodes.not_found');
    }
    const { memory, disk, cpu, owner } = server;
    return asConflict(() =>
      this.placement.choose(tx, {
        ownerId: server.ownerId,
        tier: owner.portalType,
        seesAllNodes,
        memory,
        disk,
        cpu,
        excludedNodeId: server.nodeId,
        ...(nodeId !== undefined && { nodeId }),
      }),
    );
  }

  private record(tx: Queryable, order: TransferOrder, server: MovableServer, target: PlacedNode): Promise<void> {
    return this.audit.record(
      {
        userId: order.userId,
        action: 'server:transfer:start',
        targetType: 'server',
        targetId: server.uuid,
        metadata: { serverName: server.name, sourceNodeId: server.nodeId, targetNodeId: target.id },
        ...(order.ipAddress !== undefined && { ipAddress: order.ipAddress }),
      },
      tx,
    );
  }
}

/** For a new server "no room" means later or elsewhere (503); for a named server and node it is a conflict. */
async function asConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof PanelError && error.status === 503 ? conflict(error.message, error.code) : error;
  }
}
