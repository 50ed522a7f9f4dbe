import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import { logger } from '../../common/logging/logger.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { within } from '../daemon/time-budget.js';
import type { ServerTransferResponse, StartTransferDto, TransferProgress } from './dto/transfer.dto.js';
import { TransferEndings } from './transfer-endings.service.js';
import { TransferStarts } from './transfer-starts.service.js';

const PROGRESS_BUDGET_MS = 3_000;

const columns = {
  id: true,
  state: true,
  reason: true,
  startedById: true,
  createdAt: true,
  deadlineAt: true,
  endedAt: true,
  sourceNode: { select: { id: true, name: true } },
  targetNode: { select: { id: true, name: true } },
} satisfies Prisma.ServerTransferSelect;

/** Transfers of servers, for the people who start, watch and cancel them. */
@Injectable()
export class ServerTransfers {
  constructor(
    private readonly prisma: PrismaService,
    private readonly starts: TransferStarts,
    private readonly endings: TransferEndings,
    private readonly wings: Wings,
  ) {}

  /** @throws PanelError as `TransferStarts.start`; 403 for those whom the owner merely invited. */
  async start(
    scope: ServerScope,
    principal: UserPrincipal,
    { targetNodeId }: StartTransferDto,
    ipAddress: string,
  ): Promise<void> {
    assertOwnOrStaff(scope);
    await this.prisma.$transaction((tx) =>
      this.starts.start(tx, {
        serverUuid: scope.uuid,
        targetNodeId,
        seesAllNodes: principal.canAsStaff('nodes:read'),
        userId: scope.userId,
        ipAddress,
      }),
    );
  }

  /** @throws PanelError 409 when none is under way, or it has just ended. */
  async cancel(scope: ServerScope, ipAddress: string): Promise<void> {
    assertOwnOrStaff(scope);
    const isCancelled = await this.endings.abandon(
      { activeServerUuid: scope.uuid },
      { state: 'cancelled', reason: 'Cancelled', userId: scope.userId, ipAddress },
    );
    if (!isCancelled) throw conflict('The server is not being transferred', 'transfers.none');
  }

  /** @throws PanelError 404 when there never was one. */
  async newest({ uuid }: ServerScope): Promise<ServerTransferResponse> {
    const transfer = await this.prisma.serverTransfer.findFirst({
      where: { serverUuid: uuid },
      orderBy: { id: 'desc' },
      select: columns,
    });
    if (transfer === null) throw notFound('The server has not been transferred', 'transfers.not_found');
    const isMoving = transfer.state === 'sending' || transfer.state === 'receiving';
    return { ...transfer, progress: isMoving ? await this.progress(transfer.sourceNode.id, uuid) : null };
  }

  /** What the source tells, if it does so soon. */
  private async progress(nodeId: number, serverUuid: string): Promise<TransferProgress | null> {
    try {
      const daemon = await this.wings.forNode(nodeId);
      const all = await within(PROGRESS_BUDGET_MS, daemon.transferProgress());
      return all.get(serverUuid) ?? null;
    } catch (error) {
      logger.debug({ nodeId, reason: (error as Error).message }, 'progress of a transfer not told');
      return null;
    }
  }
}

/** A permission of its own gives no power over servers that one was only invited to. */
function assertOwnOrStaff(scope: ServerScope): void {
  if (!scope.isOwner && !scope.isStaffFor('read')) {
    throw forbidden('Insufficient server permissions', 'servers.insufficient_permissions');
  }
}
