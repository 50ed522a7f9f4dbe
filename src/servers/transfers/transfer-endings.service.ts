import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { Allocations } from '../../nodes/allocations/allocations.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { REMOTE_ADAPTERS } from '../backup-stores/adapters.js';
import { ServerRemovals } from '../daemon/server-removals.service.js';
import { ServerSync } from '../daemon/server-sync.service.js';

/** The target reports before it answers the source's upload; the source still has to finish (wings-protocol A.8). */
const DELETE_COPY_AFTER_SECONDS = 20;

const columns = {
  id: true,
  serverUuid: true,
  sourceNodeId: true,
  targetNodeId: true,
  orders: true,
} satisfies Prisma.ServerTransferSelect;

type EndedTransfer = Prisma.ServerTransferGetPayload<{ select: typeof columns }>;

/** Which transfer under way is meant: that of a server, narrowed by whoever may end it. */
export type TransferUnderWay = Prisma.ServerTransferWhereInput & { readonly activeServerUuid: string };

/** Why a transfer does not complete, and who says so. */
export interface Abandonment {
  readonly state: 'failed' | 'cancelled';
  /** For a person. */
  readonly reason: string;
  /** Null for the panel and the nodes. */
  readonly userId?: number | null;
  readonly ipAddress?: string;
}

/**
 * The ends of transfers. Reports, cancels and time-outs may come at the same moment and more than once: each is one
 * conditional change of the transfer under the server's lock, and only the first finds something to change.
 */
@Injectable()
export class TransferEndings {
  constructor(
    private readonly prisma: PrismaService,
    private readonly allocations: Allocations,
    private readonly removals: ServerRemovals,
    private readonly sync: ServerSync,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /**
   * The server is on the target from now on, with the ports claimed there; the copy on the source is deleted later.
   * @param backups that moved along; the others stay where they are.
   * @returns whether there was such a transfer under way.
   */
  async complete(where: TransferUnderWay, backups: readonly string[]): Promise<boolean> {
    const ended = await this.prisma.$transaction(async (tx) => {
      const transfer = await close(tx, where, { state: 'completed' });
      if (transfer === undefined) return undefined;
      const { serverUuid, sourceNodeId, targetNodeId } = transfer;
      await tx.server.update({
        where: { uuid: serverUuid },
        data: { nodeId: targetNodeId, transferring: false, state: 'offline', stateAt: new Date() },
        select: { uuid: true },
      });
      await tx.serverBackup.updateMany({
        where: {
          serverUuid,
          nodeId: sourceNodeId,
          // What lies in a store needs no carrying.
          OR: [{ uuid: { in: [...backups] } }, { adapter: { in: [...REMOTE_ADAPTERS] } }],
        },
        data: { nodeId: targetNodeId },
      });
      await this.allocations.releaseOn(tx, serverUuid, sourceNodeId);
      await this.removals.request(tx, serverUuid, sourceNodeId, { afterSeconds: DELETE_COPY_AFTER_SECONDS });
      // What changed during the transfer was told to the source only.
      await this.sync.request(tx, serverUuid);
      await this.record(tx, transfer, 'server:transfer:complete', {});
      await this.follow(tx, transfer);
      return transfer;
    });
    if (ended === undefined) return false;
    const { serverUuid, sourceNodeId: fromNodeId, targetNodeId: toNodeId } = ended;
    this.bus.publish('server.access_changed', { serverUuid });
    this.bus.publish('server.moved', { serverUuid, fromNodeId, toNodeId });
    return true;
  }

  /**
   * The server stays on the source; the ports claimed on the target are free again and what arrived there is deleted.
   * @returns whether there was such a transfer under way.
   */
  abandon(where: TransferUnderWay, abandonment: Abandonment): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { state, reason } = abandonment;
      const transfer = await close(tx, where, { state, reason });
      if (transfer === undefined) return false;
      const { serverUuid, targetNodeId, orders } = transfer;
      await tx.server.update({ where: { uuid: serverUuid }, data: { transferring: false }, select: { uuid: true } });
      await this.allocations.releaseOn(tx, serverUuid, targetNodeId);
      if (orders > 0) await this.deleteCopy(tx, serverUuid, targetNodeId);
      await this.record(tx, transfer, `server:transfer:${state}`, { reason }, abandonment);
      await this.follow(tx, transfer);
      return true;
    });
  }

  /** Deletes what a transfer that did not complete has left, or still leaves, on its target. */
  deleteCopy(tx: Queryable, serverUuid: string, targetNodeId: number): Promise<void> {
    return this.removals.request(tx, serverUuid, targetNodeId, { afterSeconds: DELETE_COPY_AFTER_SECONDS });
  }

  /** What happens on the nodes after the commit, and the drain that waits for the transfer. */
  private async follow(tx: Queryable, { id }: EndedTransfer): Promise<void> {
    await this.jobs.enqueue('transfer.settle', { transferId: id }, { tx, singletonKey: String(id) });
    const drains = await tx.nodeDrainServer.findMany({ where: { transferId: id }, select: { drainId: true } });
    for (const { drainId } of drains) {
      await this.jobs.enqueue('node.drain', { drainId }, { tx, singletonKey: String(drainId) });
    }
  }

  private record(
    tx: Queryable,
    { serverUuid, sourceNodeId, targetNodeId }: EndedTransfer,
    action: string,
    metadata: { reason?: string },
    { userId = null, ipAddress }: { userId?: number | null; ipAddress?: string } = {},
  ): Promise<void> {
    return this.audit.record(
      {
        userId,
        action,
        targetType: 'server',
        targetId: serverUuid,
        metadata: { sourceNodeId, targetNodeId, ...metadata },
        ...(ipAddress !== undefined && { ipAddress }),
      },
      tx,
    );
  }
}

/** Ends the transfer that is meant; undefined when another end came first. */
async function close(
  tx: Queryable,
  where: TransferUnderWay,
  data: { state: 'completed' | 'failed' | 'cancelled'; reason?: string },
): Promise<EndedTransfer | undefined> {
  // Server first, as whoever starts a transfer or deletes a server does: two orders of locks would be a deadlock.
  await tx.$executeRaw`SELECT 1 FROM "Server" WHERE "uuid" = ${where.activeServerUuid}::uuid FOR NO KEY UPDATE`;
  const [ended] = await tx.serverTransfer.updateManyAndReturn({
    where,
    data: { ...data, activeServerUuid: null, endedAt: new Date() },
    select: columns,
  });
  return ended;
}
