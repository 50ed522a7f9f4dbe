import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/**
 * Deletes servers on nodes where they have no business any more, because the panel has forgotten them or they have moved:
 * nothing may go on running that nobody pays for.
 */
@Injectable()
export class ServerRemovals implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('server.delete_on_node', ({ serverUuid, nodeId }) => this.remove(serverUuid, nodeId), {
      retries: 10,
      retryDelaySeconds: 15,
      concurrency: 2,
    });
  }

  /**
   * Notes, in the transaction that takes the server from the node, that it must also go from there.
   * @param options.afterSeconds time that the daemon needs to finish with it.
   */
  async request(
    tx: Queryable,
    serverUuid: string,
    nodeId: number,
    { afterSeconds = 0 }: { afterSeconds?: number } = {},
  ): Promise<void> {
    await tx.nodeServerDeletion.createMany({ data: [{ serverUuid, nodeId }], skipDuplicates: true });
    await this.jobs.enqueue('server.delete_on_node', { serverUuid, nodeId }, { tx, startAfterSeconds: afterSeconds });
  }

  /** Whether a copy of the server is still to be deleted on the node; a new one must wait for that. */
  async isNoted(tx: Queryable, serverUuid: string, nodeId: number): Promise<boolean> {
    return (await tx.nodeServerDeletion.findFirst({ where: { serverUuid, nodeId } })) !== null;
  }

  /** Deletes what is still noted for a node; a failure leaves the rest for the next time the node returns. */
  async removeNoted(nodeId: number): Promise<void> {
    const noted = await this.prisma.nodeServerDeletion.findMany({ where: { nodeId }, select: { serverUuid: true } });
    for (const { serverUuid } of noted) await this.remove(serverUuid, nodeId);
  }

  private async remove(serverUuid: string, nodeId: number): Promise<void> {
    const where = { serverUuid, nodeId };
    if ((await this.prisma.nodeServerDeletion.findFirst({ where })) === null) return;
    // Never a server that the panel knows to be there: the note would be wrong, not the server.
    const known = await this.prisma.server.findUnique({ where: { uuid: serverUuid }, select: { nodeId: true } });
    if (known?.nodeId !== nodeId) await this.deleteOnNode(serverUuid, nodeId);
    await this.prisma.nodeServerDeletion.deleteMany({ where });
  }

  private async deleteOnNode(serverUuid: string, nodeId: number): Promise<void> {
    try {
      const daemon = await this.wings.forNode(nodeId);
      await daemon.deleteServer(serverUuid);
    } catch (error) {
      // The node itself is gone from the panel: there is nobody left to tell.
      if (error instanceof PanelError && error.code === 'nodes.not_found') return;
      logger.warn({ nodeId, serverUuid }, 'server not yet deleted on its node');
      throw error;
    }
  }
}
