import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { WITHOUT_PREVIOUS_TOKEN } from './node-secrets.js';

/** Clocks of replicas may differ by as much. */
const TOLERANCE_MS = 5_000;

/** The time in which a node's old and new token both count, and how it ends: for all replicas at once. */
@Injectable()
export class TokenHandover implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly jobs: Jobs,
    private readonly bus: EventBus,
  ) {}

  onModuleInit(): void {
    this.jobs.register('node.token_expire', ({ nodeId }) => this.expire(nodeId), { concurrency: 2 });
  }

  /** Notes, in the transaction of the rotation, when the old token ends. */
  async begin(tx: Queryable, nodeId: number, seconds: number): Promise<void> {
    await this.jobs.enqueue('node.token_expire', { nodeId }, { tx, startAfterSeconds: seconds });
  }

  /**
   * The daemon took the token over: from now on the panel calls it and signs with this one. The old one still counts
   * for its calls until it is heard with the new one, because Go Wings may use its new token only after a restart.
   * @param tokenDigest of the token that was delivered; nothing happens when there is a newer one.
   */
  async delivered(nodeId: number, tokenDigest: Uint8Array<ArrayBuffer>): Promise<void> {
    const { count } = await this.prisma.node.updateMany({
      where: { id: nodeId, tokenDigest, tokenDelivered: false },
      data: { tokenDelivered: true },
    });
    if (count > 0) this.bus.publish('node.changed', { nodeId });
  }

  /** The daemon was heard with the newest token: the one before is refused from now on. */
  async completed(nodeId: number): Promise<void> {
    await this.end(nodeId, 'node:token:handover', {});
  }

  private async expire(nodeId: number): Promise<void> {
    await this.end(nodeId, 'node:token:expired', { lte: new Date(Date.now() + TOLERANCE_MS) });
  }

  private async end(nodeId: number, action: string, until: { lte?: Date }): Promise<void> {
    const ended = await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.node.updateMany({
        where: { id: nodeId, previousTokenUntil: { not: null, ...until } },
        data: WITHOUT_PREVIOUS_TOKEN,
      });
      if (count > 0) await this.audit.record({ userId: null, action, targetType: 'node', targetId: nodeId }, tx);
      return count > 0;
    });
    if (ended) this.bus.publish('node.changed', { nodeId });
  }
}
