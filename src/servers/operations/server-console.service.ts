import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { WingsRefusal } from '../../nodes/wings/wings-errors.js';
import { ActivityNotices } from '../../identity/activity/activity-notices.service.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { busyColumns, idle, notNow } from '../access/not-now.js';
import { ACTION_BUDGET_MS, BudgetExceeded, within } from '../daemon/time-budget.js';

const DEFAULT_LINES = 100;

/** Single calls to a server's daemon: commands, logs, another installation. */
@Injectable()
export class ServerConsole {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly audit: AuditLog,
    private readonly notices: ActivityNotices,
  ) {}

  async command(scope: ServerScope, command: string, ipAddress: string): Promise<void> {
    const daemon = await this.wings.forNode(scope.nodeId);
    await within(ACTION_BUDGET_MS, daemon.sendCommands(scope.uuid, [command]));
    await this.record(scope, 'server:console:command', ipAddress, { command });
  }

  /** The newest console lines, oldest first; none for a server that its node does not know. */
  async lines(scope: ServerScope, lines = DEFAULT_LINES): Promise<string[]> {
    const daemon = await this.wings.forNode(scope.nodeId);
    try {
      return await within(ACTION_BUDGET_MS, daemon.consoleLog(scope.uuid, lines));
    } catch (error) {
      if (error instanceof WingsRefusal && error.daemonStatus === 404) return [];
      throw error;
    }
  }

  /** @throws PanelError 404 when the node has none. */
  async installLog(scope: ServerScope, lines = 1000): Promise<string> {
    const daemon = await this.wings.forNode(scope.nodeId);
    const log = await within(ACTION_BUDGET_MS, daemon.installLog(scope.uuid, lines));
    if (log.length === 0) throw notFound('Install log not found or install not running', 'servers.no_install_log');
    return log.join('\n');
  }

  /**
   * Installs again. The daemon stops the server first, which may take longer than anybody waits; then the answer is
   * given before the end.
   * @throws PanelError 409 while it is being installed or transferred; after any other error the state is what it was.
   */
  async reinstall(scope: ServerScope, truncateDirectory: boolean, ipAddress: string): Promise<void> {
    const before = await this.beginInstallation(scope.uuid);
    const daemon = await this.wings.forNode(scope.nodeId);
    const work = daemon.reinstall(scope.uuid, { truncateDirectory }).catch(async (error: unknown) => {
      await this.prisma.server.updateMany({
        where: { uuid: scope.uuid, installState: 'installing' },
        data: { installState: before },
      });
      throw error;
    });
    try {
      await within(ACTION_BUDGET_MS, work);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
    }
    const { userId, uuid: targetId } = scope;
    const entry = { userId, action: 'server:reinstall', targetType: 'server', targetId, ipAddress } as const;
    await this.prisma.$transaction((tx) => this.notices.record({ ...entry, metadata: { truncateDirectory } }, tx));
  }

  /**
   * Stops an installation; what was there before is as it was.
   * @throws PanelError 409 when none is under way, and on Go Wings, which cannot.
   */
  async abortInstallation(scope: ServerScope, ipAddress: string): Promise<void> {
    const { uuid, userId } = scope;
    const installing = { uuid, installState: 'installing' } as const;
    if ((await this.prisma.server.count({ where: installing })) === 0) throw notInstalling();
    const daemon = await this.wings.forNode(scope.nodeId);
    await within(ACTION_BUDGET_MS, daemon.abortInstall(uuid));
    await this.prisma.$transaction(async (tx) => {
      await tx.server.updateMany({ where: { ...installing, installedAt: null }, data: { installState: 'failed' } });
      await tx.server.updateMany({ where: installing, data: { installState: 'installed' } });
      const entry = {
        userId,
        action: 'server:install:abort',
        targetType: 'server',
        targetId: uuid,
        ipAddress,
      } as const;
      await this.audit.record(entry, tx);
    });
  }

  /** @returns what the state was. */
  private async beginInstallation(uuid: string): Promise<'installed' | 'failed'> {
    for (const before of ['installed', 'failed'] as const) {
      const { count } = await this.prisma.server.updateMany({
        where: { uuid, ...idle(), installState: before },
        data: { installState: 'installing' },
      });
      if (count > 0) return before;
    }
    const server = await this.prisma.server.findUnique({ where: { uuid }, select: busyColumns });
    throw server === null ? notFound('Server not found', 'servers.not_found') : notNow(server);
  }

  private record(scope: ServerScope, action: string, ipAddress: string, metadata: { command: string }): Promise<void> {
    const { userId, uuid } = scope;
    return this.audit.record({ userId, action, targetType: 'server', targetId: uuid, ipAddress, metadata });
  }
}

const notInstalling = (): PanelError => conflict('The server is not being installed', 'servers.not_installing');
