import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, forbidden, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { PowerAction } from '../../nodes/wings/wings-client.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { busyColumns, idle, notNow } from '../access/not-now.js';
import { ACTION_BUDGET_MS, within } from '../daemon/time-budget.js';
import { POWER_ACTIONS } from './dto/operations.dto.js';
import type { PowerDto } from './dto/operations.dto.js';

/** Starts and stops servers, and remembers what their owners want. */
@Injectable()
export class ServerPower {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly audit: AuditLog,
  ) {}

  /** @throws PanelError 400 for another action, 403 and 409 for what the state forbids, 502 and 504 of the node. */
  async act(scope: ServerScope, dto: PowerDto, ipAddress: string): Promise<void> {
    const action = actionOf(dto);
    await this.perform(scope.uuid, scope.nodeId, action);
    await this.audit.record({
      userId: scope.userId,
      action: `server:power:${action}`,
      targetType: 'server',
      targetId: scope.uuid,
      ipAddress,
    });
  }

  /** Whoever wants it: the caller has decided that it may be done. @throws PanelError as `act`. */
  async perform(uuid: string, nodeId: number, action: PowerAction): Promise<void> {
    await this.noteWish(uuid, action);
    const daemon = await this.wings.forNode(nodeId);
    await within(ACTION_BUDGET_MS, daemon.power(uuid, action));
  }

  /** What is wanted and whether it is allowed, in one statement: an installation cannot begin in between. */
  private async noteWish(uuid: string, action: PowerAction): Promise<void> {
    const starts = action === 'start' || action === 'restart';
    const { count } = await this.prisma.server.updateMany({
      where: { uuid, transferring: false, ...(starts && { hibernated: false, ...idle() }) },
      data: { desiredPower: starts },
    });
    if (count === 0) throw await this.refusal(uuid);
  }

  private async refusal(uuid: string): Promise<PanelError> {
    const select = { hibernated: true, ...busyColumns } as const;
    const server = await this.prisma.server.findUnique({ where: { uuid }, select });
    if (server === null) return notFound('Server not found', 'servers.not_found');
    return server.hibernated && !server.transferring
      ? forbidden('Server is hibernated and cannot be started or restarted', 'servers.hibernated')
      : notNow(server);
  }
}

function actionOf({ action, signal }: PowerDto): PowerAction {
  const wanted = POWER_ACTIONS.find((candidate) => candidate === (action ?? signal));
  if (wanted === undefined) {
    throw badRequest('Invalid action. Must be start, stop, restart or kill.', 'servers.invalid_action');
  }
  return wanted;
}
