import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog, beforeAndAfter } from '../../common/audit/audit-log.js';
import { badRequest, conflict } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { Prisma } from '../../generated/prisma/client.js';
import { isForeignKeyViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { AllocationPool } from '../allocations/allocation-pool.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
import type { NodeRef } from '../directory/node-ref.js';
import { NodeSecrets } from '../directory/node-secrets.js';
import { AddressGuard } from '../wings/address-guard.js';
import type { Actor } from './actor.js';
import type { CreateNodeDto, UpdateNodeDto } from './dto/node-fields.dto.js';
import type { NodeResponse, NodeResultResponse, SuccessResponse } from './dto/node-response.dto.js';
import { columnsOf } from './node-input.js';
import { nodeColumns, toNode } from './node.mapper.js';
import type { NodeRow } from './node.mapper.js';
import { withClearConflicts } from './node-conflicts.js';

type RangeColumns = Pick<NodeRow, 'portRangeStart' | 'portRangeEnd'>;

/** Creates, changes and removes nodes: everything is checked first and written once, with its audit entry. */
@Injectable()
export class Nodes {
  constructor(
    private readonly prisma: PrismaService,
    private readonly secrets: NodeSecrets,
    private readonly pool: AllocationPool,
    private readonly guard: AddressGuard,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** @throws PanelError 400 for what the contract forbids, 409 for a name, uuid or token that another node has. */
  async create(body: CreateNodeDto, actor: Actor): Promise<NodeResultResponse> {
    const { token, ...fields } = body;
    this.checkAddresses(fields);
    const columns = columnsOf(fields);
    assertOrdered({ portRangeStart: body.portRangeStart ?? null, portRangeEnd: body.portRangeEnd ?? null });
    const data = {
      useSsl: fields.url.startsWith('https://'),
      ...columns,
      name: fields.name.trim(),
      url: String(columns.url),
      tokenId: randomBytes(8).toString('hex'),
      ...this.secrets.tokenColumns(token),
    };
    const node = await withClearConflicts(() =>
      this.prisma.$transaction(async (tx) => {
        const row = await tx.node.create({ data, select: nodeColumns });
        await this.pool.fillRange(tx, row);
        await this.record(tx, actor, 'node:create', row);
        return row;
      }),
    );
    return { success: true, node: this.changed(node) };
  }

  /** @throws PanelError as `create`, and 404. */
  async update(ref: string, body: UpdateNodeDto, actor: Actor): Promise<NodeResultResponse> {
    const where = nodeRefOf(ref);
    this.checkAddresses(body);
    const data = columnsOf(body);
    // The panel reaches it differently now: look at once.
    const probe = data.url !== undefined || data.backendWingsUrl !== undefined ? { nextProbeAt: new Date() } : {};
    const node = await withClearConflicts(() =>
      this.prisma.$transaction(async (tx) => {
        const before = await this.lock(tx, where);
        assertOrdered({ ...before, ...pickRange(body) });
        const old = await tx.node.findUniqueOrThrow({ where: { id: before.id }, select: nodeColumns });
        const row = await tx.node.update({
          where: { id: before.id },
          data: { ...data, ...probe },
          select: nodeColumns,
        });
        await this.pool.fillRange(tx, row);
        await this.record(tx, actor, 'node:update', row, {
          fields: Object.keys(data),
          changes: beforeAndAfter(old, data),
        });
        return row;
      }),
    );
    if (node.useSsl !== node.url.startsWith('https://')) {
      logger.warn({ nodeId: node.id }, 'useSSL of the node does not agree with its url');
    }
    return { success: true, node: this.changed(node) };
  }

  /** @throws PanelError 404; 409 while a server is on it or under way to it. */
  async remove(ref: string, actor: Actor): Promise<SuccessResponse> {
    const where = nodeRefOf(ref);
    const id = await this.prisma
      .$transaction(async (tx) => {
        const before = await this.lock(tx, where);
        const isFree = { servers: { none: {} }, transfersTo: { none: { activeServerUuid: { not: null } } } };
        const { count } = await tx.node.deleteMany({ where: { id: before.id, ...isFree } });
        if (count === 0) throw hasServers();
        await tx.nodeServerDeletion.deleteMany({ where: { nodeId: before.id } });
        await this.record(tx, actor, 'node:delete', before);
        return before.id;
      })
      .catch((error: unknown) => {
        // A server that was created in the meantime.
        throw isForeignKeyViolation(error) ? hasServers() : error;
      });
    this.bus.publish('node.changed', { nodeId: id });
    return { success: true };
  }

  private async lock(tx: Queryable, where: NodeRef): Promise<RangeColumns & { id: number; name: string }> {
    const isIt = 'id' in where ? Prisma.sql`"id" = ${where.id}` : Prisma.sql`"uuid" = ${where.uuid}::uuid`;
    const [row] = await tx.$queryRaw<(RangeColumns & { id: number; name: string })[]>`
      SELECT "id", "name", "portRangeStart", "portRangeEnd" FROM "Node" WHERE ${isIt} FOR NO KEY UPDATE`;
    if (row === undefined) throw nodeNotFound();
    return row;
  }

  private checkAddresses(given: { url?: string | null; backendWingsUrl?: string | null }): void {
    for (const field of ['url', 'backendWingsUrl'] as const) {
      const address = given[field];
      if (typeof address !== 'string') continue;
      const problem = this.guard.problemWith(address.trim());
      if (problem !== undefined) throw badRequest(`${field} ${problem}`, 'nodes.invalid_address');
    }
  }

  private changed(row: NodeRow): NodeResponse {
    this.bus.publish('node.changed', { nodeId: row.id });
    return toNode(row);
  }

  private async record(
    tx: Queryable,
    { userId, ip }: Actor,
    action: string,
    node: { id: number; name: string },
    metadata: Prisma.InputJsonObject = {},
  ): Promise<void> {
    const entry = { userId, action, targetType: 'node', targetId: node.id, ipAddress: ip } as const;
    await this.audit.record({ ...entry, metadata: { name: node.name, ...metadata } }, tx);
  }
}

const hasServers = (): Error => conflict('Node still has servers', 'nodes.has_servers');

/** Of the range, what the body changes. */
function pickRange({ portRangeStart, portRangeEnd }: UpdateNodeDto): Partial<RangeColumns> {
  return {
    ...(portRangeStart !== undefined && { portRangeStart }),
    ...(portRangeEnd !== undefined && { portRangeEnd }),
  };
}

function assertOrdered({ portRangeStart, portRangeEnd }: RangeColumns): void {
  if (portRangeStart === null || portRangeEnd === null || portRangeStart <= portRangeEnd) return;
  throw badRequest('portRangeStart must be less than or equal to portRangeEnd', 'nodes.invalid_range');
}
