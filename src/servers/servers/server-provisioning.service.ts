import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { PanelError } from '../../common/errors/panel-error.js';
import { logger } from '../../common/logging/logger.js';
import { Allocations } from '../../nodes/allocations/allocations.service.js';
import { WingsRefusal } from '../../nodes/wings/wings-errors.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { ServerRemovals } from '../daemon/server-removals.service.js';
import { within } from '../daemon/time-budget.js';

/** Creating makes the daemon call back first; beyond this nobody is waiting any more. */
const CREATE_BUDGET_MS = 20_000;

/** Tells the daemon of a new server, and takes everything back when it does not take it. */
@Injectable()
export class ServerProvisioning {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly allocations: Allocations,
    private readonly removals: ServerRemovals,
    private readonly audit: AuditLog,
  ) {}

  /** @throws PanelError 502 or 504; row, quota and port are released then, and nothing stays on the node. */
  async provision(
    { uuid, nodeId }: { uuid: string; nodeId: number },
    { install }: { install: boolean },
  ): Promise<void> {
    try {
      const daemon = await this.wings.forNode(nodeId);
      const request = { uuid, startOnCompletion: install, skipScripts: !install };
      await within(CREATE_BUDGET_MS, daemon.createServer(request));
    } catch (error) {
      await this.takeBack(uuid, nodeId, error);
      // The daemon's own 4xx speaks of the panel's request, not of the caller's.
      throw isRefusal(error) ? new PanelError(502, 'nodes.refused', 'The node refused the server') : error;
    }
  }

  private async takeBack(uuid: string, nodeId: number, reason: unknown): Promise<void> {
    logger.warn({ nodeId, serverUuid: uuid, reason: (reason as Error).message }, 'server not created on its node');
    await this.prisma.$transaction(async (tx) => {
      await this.allocations.releaseAll(tx, uuid);
      await tx.server.deleteMany({ where: { uuid, nodeId } });
      await this.audit.record(
        { userId: null, action: 'server:create:failed', targetType: 'server', targetId: uuid },
        tx,
      );
      // Without a clear refusal the daemon may have created it, or may still do so.
      if (!isRefusal(reason)) await this.removals.request(tx, uuid, nodeId);
    });
  }
}

const isRefusal = (error: unknown): boolean => error instanceof WingsRefusal && error.daemonStatus < 500;
