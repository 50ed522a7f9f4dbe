import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { nodeNotFound } from '../directory/node-ref.js';
import type { QueueCommandDto } from './dto/commands.dto.js';

const PAYLOAD_BYTES = 16_384;

/** What a daemon is told to do. */
export interface PendingCommand {
  readonly action: string;
  readonly payload: Prisma.JsonValue;
}

/** Commands for patched daemons: one waits for each node, and goes out with the answer to its next heartbeat. */
@Injectable()
export class NodeCommands {
  /** Whether a node has one waiting, so that heartbeats of thousands of nodes cost no query. */
  private readonly waiting = new PushCache<number, boolean>({ maximum: 10_000, lifetimeMs: 60_000 }, (nodeId) =>
    this.isWaiting(nodeId),
  );

  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {
    bus.on('node.command_queued', ({ nodeId }) => this.waiting.invalidate(nodeId));
    bus.on('bus.reconnected', () => this.waiting.clear());
  }

  /** Replaces what is waiting. @throws PanelError 400 for a payload that is too large; 404. */
  async queue(
    { nodeId, action, payload }: QueueCommandDto,
    { userId, ip }: { userId: number; ip: string },
  ): Promise<void> {
    if (JSON.stringify(payload ?? null).length > PAYLOAD_BYTES) {
      throw badRequest('payload must be at most 16 KiB of JSON', 'wings.payload_too_large');
    }
    const command = { action, payload: (payload ?? {}) as Prisma.InputJsonObject };
    await this.prisma.$transaction(async (tx) => {
      const node = await tx.node.findUnique({ where: { id: nodeId }, select: { name: true } });
      if (node === null) throw nodeNotFound();
      await tx.nodeCommand.upsert({
        where: { nodeId },
        create: { nodeId, ...command },
        update: { ...command, createdAt: new Date() },
        select: { nodeId: true },
      });
      const target = { targetType: 'node', targetId: nodeId, ipAddress: ip } as const;
      await this.audit.record(
        { userId, action: `node:command:${action}`, ...target, metadata: { name: node.name } },
        tx,
      );
    });
    this.bus.publish('node.command_queued', { nodeId });
  }

  /** Takes what waits for a node: of two heartbeats at once one gets it. */
  async take(nodeId: number): Promise<PendingCommand | undefined> {
    if (!(await this.waiting.get(nodeId))) return undefined;
    const [command] = await this.prisma.$queryRaw<PendingCommand[]>`
      DELETE FROM "NodeCommand" WHERE "nodeId" = ${nodeId} RETURNING "action", "payload"`;
    this.waiting.invalidate(nodeId);
    return command;
  }

  private async isWaiting(nodeId: number): Promise<boolean> {
    return (await this.prisma.nodeCommand.findUnique({ where: { nodeId }, select: { nodeId: true } })) !== null;
  }
}
