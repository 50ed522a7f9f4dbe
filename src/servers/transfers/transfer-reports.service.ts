import { Injectable } from '@nestjs/common';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { TransferEndings } from './transfer-endings.service.js';

/**
 * What the two nodes of a transfer report (wings-protocol A.8). Reports are repeated, late, and cross each other: a
 * repetition of what is settled is accepted, for a refusal would make wings-rs undo a transfer that has succeeded.
 */
@Injectable()
export class TransferReports {
  constructor(
    private readonly prisma: PrismaService,
    private readonly endings: TransferEndings,
    private readonly config: Config,
  ) {}

  /** The target has fetched the configuration: it has begun to unpack. */
  async received(nodeId: number, serverUuid: string): Promise<void> {
    await this.prisma.serverTransfer.updateMany({
      where: { activeServerUuid: serverUuid, targetNodeId: nodeId, state: { in: ['pending', 'sending'] } },
      data: { state: 'receiving', deadlineAt: transferDeadline(this.config) },
    });
  }

  /**
   * The target has everything, these backups included.
   * @throws PanelError 404 for a server that is none of the node's business; 409 when no transfer to this node was
   * under way, or it was ended in another way.
   */
  async succeeded(nodeId: number, serverUuid: string, backups: readonly string[] = []): Promise<void> {
    if (await this.endings.complete({ activeServerUuid: serverUuid, targetNodeId: nodeId }, backups)) return;
    const last = await this.prisma.serverTransfer.findFirst({
      where: { serverUuid, targetNodeId: nodeId },
      orderBy: { id: 'desc' },
      select: { state: true },
    });
    if (last?.state === 'completed') return;
    if (last === null) throw await this.refusal(nodeId, serverUuid);
    // Go Wings keeps what it has received although it is refused.
    await this.prisma.$transaction((tx) => this.endings.deleteCopy(tx, serverUuid, nodeId));
    throw notUnderWay();
  }

  /**
   * One of the two nodes gave up; after the end, whatever it was, that changes nothing.
   * @throws PanelError 404 for a server that is none of the node's business; 409 when it never was transferred.
   */
  async failed(nodeId: number, serverUuid: string): Promise<void> {
    const takesPart = [{ sourceNodeId: nodeId }, { targetNodeId: nodeId }];
    const underWay = { activeServerUuid: serverUuid, OR: takesPart };
    if (await this.endings.abandon(underWay, { state: 'failed', reason: 'A node reported that the transfer failed' })) {
      return;
    }
    const last = await this.prisma.serverTransfer.findFirst({
      where: { serverUuid, OR: takesPart },
      select: { id: true },
    });
    if (last === null) throw await this.refusal(nodeId, serverUuid);
  }

  /** A daemon has (re)started: what it sent or received is lost. */
  async nodeReset(nodeId: number): Promise<void> {
    const underWay = await this.prisma.serverTransfer.findMany({
      where: { activeServerUuid: { not: null }, OR: [{ sourceNodeId: nodeId }, { targetNodeId: nodeId }] },
      select: { id: true, serverUuid: true },
    });
    for (const { id, serverUuid } of underWay) {
      const reason = 'A node of the transfer restarted';
      await this.endings.abandon({ id, activeServerUuid: serverUuid }, { state: 'cancelled', reason });
    }
  }

  private async refusal(nodeId: number, serverUuid: string): Promise<PanelError> {
    const takesPart = [{ nodeId }, { transfers: { some: { sourceNodeId: nodeId } } }];
    const server = await this.prisma.server.findFirst({
      where: { uuid: serverUuid, OR: takesPart },
      select: { uuid: true },
    });
    return server === null ? notFound('Server not found', 'servers.not_found') : notUnderWay();
  }
}

const notUnderWay = (): PanelError => conflict('The server is not being transferred to this node', 'transfers.none');

/** When a transfer that has begun is given up. */
export const transferDeadline = ({ env }: Config): Date => new Date(Date.now() + env.TRANSFER_TIMEOUT_MINUTES * 60_000);
