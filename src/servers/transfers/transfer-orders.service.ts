import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { WingsTokens } from '../../nodes/wings/wings-tokens.js';
import { WingsRefusal } from '../../nodes/wings/wings-errors.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { LiveAccess } from '../daemon/live-access.service.js';
import { shouldRun } from '../states/reconciliation.service.js';
import { TransferEndings } from './transfer-endings.service.js';
import { transferDeadline } from './transfer-reports.service.js';

const columns = {
  id: true,
  serverUuid: true,
  sourceNodeId: true,
  targetNodeId: true,
  state: true,
  orders: true,
  server: {
    select: {
      nodeId: true,
      desiredPower: true,
      installState: true,
      suspended: true,
      dmca: true,
      hibernated: true,
      transferring: true,
    },
  },
} satisfies Prisma.ServerTransferSelect;

type SettledTransfer = Prisma.ServerTransferGetPayload<{ select: typeof columns }>;

/**
 * What the panel tells the daemons of a transfer. Both are jobs of the transaction that made them due, so that neither a
 * panel that dies nor a node that is away leaves a transfer half told.
 */
@Injectable()
export class TransferOrders implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly tokens: WingsTokens,
    private readonly endings: TransferEndings,
    private readonly live: LiveAccess,
    private readonly jobs: Jobs,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    const options = { retries: 6, retryDelaySeconds: 5, concurrency: 4, expireSeconds: 60 };
    this.jobs.register('transfer.begin', ({ transferId }) => this.begin(transferId), options);
    this.jobs.register('transfer.settle', ({ transferId }) => this.settle(transferId), {
      ...options,
      retries: 10,
      retryDelaySeconds: 2,
    });
  }

  /** Gives the source its order; what the source refuses has failed, what it did not hear is told again. */
  private async begin(transferId: number): Promise<void> {
    const [transfer] = await this.prisma.serverTransfer.updateManyAndReturn({
      where: { id: transferId, state: 'pending' },
      data: { orders: { increment: 1 } },
      select: { serverUuid: true, sourceNodeId: true, targetNodeId: true, orders: true },
    });
    if (transfer === undefined) return;
    const { serverUuid, sourceNodeId, targetNodeId, orders } = transfer;
    const target = await this.wings.forNode(targetNodeId);
    const source = await this.wings.forNode(sourceNodeId);
    const token = this.tokens.transfer(target, { serverUuid, transferId });
    try {
      const backups = target.kind === 'rs' ? await this.backupsOf(serverUuid, sourceNodeId) : [];
      await source.startTransfer(serverUuid, { url: target.transferUrl, token, backups });
    } catch (error) {
      // Told before, and the answer was lost: it is locked by this very transfer.
      const isRepeated = orders > 1 && error instanceof WingsRefusal && error.daemonStatus === 409;
      if (!isRepeated && !isFinal(error)) throw error;
      if (!isRepeated) return this.refused(transferId, serverUuid, error);
    }
    const { count } = await this.prisma.serverTransfer.updateMany({
      where: { id: transferId, state: 'pending' },
      data: { state: 'sending', deadlineAt: transferDeadline(this.config) },
    });
    if (count === 0) await this.callOffIfEnded(transferId);
  }

  /** Archives on the source's own disk, which would be out of reach there. */
  private async backupsOf(serverUuid: string, nodeId: number): Promise<string[]> {
    const where = { serverUuid, nodeId, adapter: 'wings', state: 'completed' } as const;
    const backups = await this.prisma.serverBackup.findMany({ where, select: { uuid: true } });
    return backups.map(({ uuid }) => uuid);
  }

  private async refused(id: number, serverUuid: string, error: PanelError): Promise<void> {
    logger.warn({ transferId: id, serverUuid, reason: error.message }, 'transfer refused by the source node');
    await this.endings.abandon({ id, activeServerUuid: serverUuid }, { state: 'failed', reason: error.message });
  }

  /** It was cancelled while the source was told: the source may have heard of the end before the beginning. */
  private async callOffIfEnded(transferId: number): Promise<void> {
    const transfer = await this.prisma.serverTransfer.findUnique({ where: { id: transferId }, select: columns });
    if (transfer === null || transfer.server.transferring || transfer.state === 'completed') return;
    const source = await this.wings.forNode(transfer.sourceNodeId);
    await source.cancelTransfer(transfer.serverUuid);
  }

  /** After the end: what still goes on is called off, and the server runs again where it is, if it should. */
  private async settle(transferId: number): Promise<void> {
    const transfer = await this.prisma.serverTransfer.findUnique({ where: { id: transferId }, select: columns });
    // Without an order nobody was told anything; and a new transfer is none of this one's business.
    if (transfer === null || transfer.orders === 0 || transfer.server.transferring) return;
    if (transfer.state === 'completed') this.live.closeAll(transfer.sourceNodeId, transfer.serverUuid);
    const results = await Promise.allSettled([this.settleWhereItIs(transfer), this.settleTarget(transfer)]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  private async settleWhereItIs({ state, serverUuid, server }: SettledTransfer): Promise<void> {
    const daemon = await this.wings.forNode(server.nodeId);
    if (state !== 'completed') await daemon.cancelTransfer(serverUuid);
    if (shouldRun(server)) await daemon.power(serverUuid, 'start');
  }

  private async settleTarget({ state, serverUuid, server, targetNodeId }: SettledTransfer): Promise<void> {
    if (state === 'completed' || server.nodeId === targetNodeId) return;
    const daemon = await this.wings.forNode(targetNodeId);
    await daemon.cancelIncomingTransfer(serverUuid);
  }
}

/** An answer that will be the same next time. */
const isFinal = (error: unknown): error is PanelError =>
  error instanceof PanelError &&
  (error.status === 404 ||
    error.code === 'nodes.credential_refused' ||
    error.code === 'nodes.address_forbidden' ||
    (error instanceof WingsRefusal && error.daemonStatus < 500));
