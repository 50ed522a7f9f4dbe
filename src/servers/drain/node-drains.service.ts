import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Prisma } from '../../generated/prisma/client.js';
import { nodeNotFound, nodeRefOf } from '../../nodes/directory/node-ref.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { NodeDrainResponse, StartDrainDto } from './dto/node-drain.dto.js';
import { addServersOf } from './drain-servers.js';
import { drainColumns, LISTED_STATES, MOST_LISTED, serverColumns, toDrain } from './node-drain.mapper.js';
import type { DrainServerRow } from './node-drain.mapper.js';

const DEFAULT_NOTICE = 'This node is under maintenance';

/** Who drains, for the audit log. */
interface Actor {
  readonly userId: number;
  readonly ip: string;
}

interface LockedNode {
  readonly id: number;
  readonly name: string;
}

/** Starts, shows and stops evacuations of nodes. */
@Injectable()
export class NodeDrains {
  constructor(
    private readonly prisma: PrismaService,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** @throws PanelError 404 for an unknown node or target; 409 when the node is being drained, or onto itself. */
  async start(ref: string, { targetNodeId }: StartDrainDto, actor: Actor): Promise<NodeDrainResponse> {
    const drain = await this.prisma.$transaction(async (tx) => {
      const node = await lockNode(tx, ref);
      await assertTarget(tx, node, targetNodeId);
      const running = await tx.nodeDrain.findUnique({ where: { activeNodeId: node.id }, select: { id: true } });
      if (running !== null) throw conflict('The node is being drained already', 'nodes.draining');
      await tx.node.updateMany({ where: { id: node.id }, data: { maintenance: true } });
      const withoutNotice = { id: node.id, deploymentNotice: null };
      await tx.node.updateMany({ where: withoutNotice, data: { deploymentNotice: DEFAULT_NOTICE } });
      const created = await tx.nodeDrain.create({
        data: {
          nodeId: node.id,
          activeNodeId: node.id,
          targetNodeId: targetNodeId ?? null,
          startedById: actor.userId,
        },
        select: { id: true, nodeId: true },
      });
      await addServersOf(tx, { drainId: created.id, nodeId: node.id });
      await this.record(tx, actor, 'node:drain:start', node, { targetNodeId: targetNodeId ?? null });
      await this.jobs.enqueue('node.drain', { drainId: created.id }, { tx, singletonKey: String(created.id) });
      return created;
    });
    this.bus.publish('node.changed', { nodeId: drain.nodeId });
    return this.show(drain.id);
  }

  /** @throws PanelError 404 for an unknown node, and one that never was drained. */
  async newest(ref: string): Promise<NodeDrainResponse> {
    const node = await this.prisma.node.findUnique({ where: nodeRefOf(ref), select: { id: true } });
    if (node === null) throw nodeNotFound();
    const drain = await this.prisma.nodeDrain.findFirst({
      where: { nodeId: node.id },
      orderBy: { id: 'desc' },
      select: { id: true },
    });
    if (drain === null) throw notFound('The node has not been drained', 'nodes.no_drain');
    return this.show(drain.id);
  }

  /** @throws PanelError 404; 409 when the node is not being drained. */
  async cancel(ref: string, actor: Actor): Promise<NodeDrainResponse> {
    const drainId = await this.prisma.$transaction(async (tx) => {
      const node = await lockNode(tx, ref);
      const [drain] = await tx.nodeDrain.updateManyAndReturn({
        where: { activeNodeId: node.id },
        data: { state: 'cancelled', activeNodeId: null, endedAt: new Date() },
        select: { id: true },
      });
      if (drain === undefined) throw conflict('The node is not being drained', 'nodes.not_draining');
      const waiting = { drainId: drain.id, state: 'waiting' } as const;
      await tx.nodeDrainServer.updateMany({ where: waiting, data: { state: 'cancelled', reason: null } });
      await this.record(tx, actor, 'node:drain:cancel', node, {});
      return drain.id;
    });
    return this.show(drainId);
  }

  private async show(id: number): Promise<NodeDrainResponse> {
    const [drain, counts, servers] = await Promise.all([
      this.prisma.nodeDrain.findUniqueOrThrow({ where: { id }, select: drainColumns }),
      this.prisma.nodeDrainServer.groupBy({ by: ['state'], where: { drainId: id }, _count: { _all: true } }),
      this.servers(id),
    ]);
    return toDrain(drain, new Map(counts.map(({ state, _count }) => [state, _count._all])), servers);
  }

  /** The most telling first, and no more than anybody reads. */
  private async servers(drainId: number): Promise<DrainServerRow[]> {
    const byState = await Promise.all(
      LISTED_STATES.map((state) =>
        this.prisma.nodeDrainServer.findMany({
          where: { drainId, state },
          select: serverColumns,
          orderBy: { serverUuid: 'asc' },
          take: MOST_LISTED,
        }),
      ),
    );
    return byState.flat().slice(0, MOST_LISTED);
  }

  private record(
    tx: Queryable,
    { userId, ip }: Actor,
    action: string,
    node: LockedNode,
    metadata: Prisma.InputJsonObject,
  ): Promise<void> {
    const entry = { userId, action, targetType: 'node', targetId: node.id, ipAddress: ip } as const;
    return this.audit.record({ ...entry, metadata: { name: node.name, ...metadata } }, tx);
  }
}

/** Placements hold the same lock: a server that is being placed is there before the drain lists what is there. */
async function lockNode(tx: Queryable, ref: string): Promise<LockedNode> {
  const where = nodeRefOf(ref);
  const isIt = 'id' in where ? Prisma.sql`"id" = ${where.id}` : Prisma.sql`"uuid" = ${where.uuid}::uuid`;
  const [node] = await tx.$queryRaw<LockedNode[]>`
    SELECT "id", "name" FROM "Node" WHERE ${isIt} FOR NO KEY UPDATE`;
  if (node === undefined) throw nodeNotFound();
  return node;
}

async function assertTarget(tx: Queryable, node: LockedNode, targetNodeId: number | undefined): Promise<void> {
  if (targetNodeId === undefined) return;
  if (targetNodeId === node.id) throw conflict('A node cannot be drained onto itself', 'nodes.same_node');
  const target = await tx.node.findUnique({ where: { id: targetNodeId }, select: { id: true } });
  if (target === null) throw notFound('Target node not found', 'nodes.not_found');
}
