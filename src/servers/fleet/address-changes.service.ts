import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { normaliseAddress } from '../../common/net/client-ip.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { eachOf } from '../daemon/each-of.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import { ACTION_BUDGET_MS } from '../daemon/time-budget.js';
import { findConflicts, lockPorts, movePorts } from './address-changes.sql.js';
import type { AddressMove } from './address-changes.sql.js';
import type { AddressChangeDto, AddressChangeResponse, ChangedServer, UnchangedServer } from './dto/fleet.dto.js';
import { findNode } from './fleet-node.js';
import type { FleetNode, Operator } from './fleet-node.js';

const CONCURRENCY = 5;

interface Outcome {
  readonly moved: readonly ChangedServer[];
  readonly stuck: readonly UnchangedServer[];
}

/** Gives all servers of a node another address at once. */
@Injectable()
export class AddressChanges {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sync: ServerSync,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Moves every port that a server has on the old address to the new one, in one transaction, then lets the daemon fetch.
   * A server one of whose ports another server has there stays as it is. Servers that were not fetched within seconds
   * are told as errors too, although their rows have changed: a job goes on with them.
   * @throws PanelError 400, 404.
   */
  async change(ref: string, body: AddressChangeDto, operator: Operator): Promise<AddressChangeResponse> {
    const [from, to] = [addressOf(body.oldIp), addressOf(body.newIp)];
    if (from === to) throw badRequest('oldIp and newIp must be different', 'nodes.same_address');
    const node = await findNode(this.prisma, ref);
    const move = { nodeId: node.id, from, to };
    const { moved, stuck } = await this.prisma.$transaction((tx) => this.move(tx, node, move, operator));
    const behind = await this.fetchAll(node.id, moved);
    const isBehind = new Set(behind.map(({ uuid }) => uuid));
    const updatedServers = moved.filter(({ uuid }) => !isBehind.has(uuid));
    const errors = [...stuck, ...behind];
    return {
      success: true,
      totalServersOnNode: await this.prisma.server.count({ where: { nodeId: node.id } }),
      updatedCount: updatedServers.length,
      errorCount: errors.length,
      updatedServers,
      ...(errors.length > 0 && { errors }),
    };
  }

  private async move(tx: Queryable, node: FleetNode, move: AddressMove, operator: Operator): Promise<Outcome> {
    await lockPorts(tx, move);
    const conflicts = await findConflicts(tx, move);
    const uuids = await movePorts(
      tx,
      move,
      conflicts.map(({ uuid }) => uuid),
    );
    const moved = await tx.server.findMany({
      where: { uuid: { in: uuids } },
      select: { uuid: true, name: true },
      orderBy: { uuid: 'asc' },
    });
    if (uuids.length > 0) await this.sync.requestMany(tx, node.id, uuids);
    await this.audit.record(
      {
        userId: operator.userId,
        action: 'node:address-change',
        targetType: 'node',
        targetId: node.id,
        ipAddress: operator.ip,
        metadata: { name: node.name, oldIp: move.from, newIp: move.to, servers: uuids.length },
      },
      tx,
    );
    const stuck = conflicts.map(({ uuid, port }) => ({
      uuid,
      error: `Another server has port ${port} on ${move.to}`,
    }));
    return { moved, stuck };
  }

  /** Lets the daemon fetch the servers, as many as can be done before the browser gives up; answers the others. */
  private async fetchAll(nodeId: number, servers: readonly ChangedServer[]): Promise<UnchangedServer[]> {
    const end = Date.now() + ACTION_BUDGET_MS;
    const behind = new Map(servers.map(({ uuid }) => [uuid, 'Not fetched by the node yet; the panel goes on trying']));
    const work = eachOf(servers, CONCURRENCY, async ({ uuid }) => {
      if (Date.now() >= end) return;
      try {
        await this.sync.force(uuid, nodeId);
        behind.delete(uuid);
      } catch (error) {
        behind.set(uuid, (error as Error).message);
      }
    });
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ACTION_BUDGET_MS)))]);
    clearTimeout(timer);
    return [...behind].map(([uuid, error]) => ({ uuid, error }));
  }
}

/** Addresses are stored in their usual spelling. */
const addressOf = (text: string): string => normaliseAddress(text) ?? text;
