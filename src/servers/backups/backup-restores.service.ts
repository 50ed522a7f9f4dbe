import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { busyColumns, idle, notNow } from '../access/not-now.js';
import type { ServerScope } from '../access/server-scope.js';
import { ACTION_BUDGET_MS, BudgetExceeded, within } from '../daemon/time-budget.js';
import { BackupStores, objectKeyOf, storeColumns } from '../backup-stores/backup-stores.service.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import { RESTORED } from '../access/restoring.js';

/** What a daemon needs to put a backup back by itself; `downloadUrl` for what lies in an object store. */
export interface RestoreOfDaemon {
  readonly uuid: string;
  readonly adapter: string;
  readonly downloadUrl: string | null;
}

/** Puts backups back. A server is locked from the request until the daemon's report. */
@Injectable()
export class BackupRestores {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly stores: BackupStores,
    private readonly audit: AuditLog,
  ) {}

  /**
   * @throws PanelError 404 for no backup of this server; 409 when it is not complete or the server is not stopped and
   * free; 502 and 504 of the node: then the server is as before.
   */
  async begin(
    scope: ServerScope,
    uuid: string,
    { truncateDirectory, ipAddress }: { truncateDirectory: boolean; ipAddress: string },
  ): Promise<void> {
    const { uuid: serverUuid, nodeId, userId } = scope;
    const { adapter, downloadUrl } = await this.completed(nodeId, serverUuid, uuid);
    await this.claim(serverUuid, nodeId, uuid, { state: 'offline' });
    try {
      const daemon = await this.wings.forNode(nodeId);
      const order = { uuid, adapter, truncateDirectory, downloadUrl };
      await within(ACTION_BUDGET_MS, daemon.restoreBackup(serverUuid, order));
    } catch (error) {
      // The daemon may still do it: the report or the time limit ends the restore.
      if (!(error instanceof BudgetExceeded)) {
        await this.end(serverUuid, nodeId, uuid);
        throw error;
      }
    }
    const entry = { action: 'server:backup:restore', targetType: 'server', targetId: serverUuid, ipAddress } as const;
    await this.audit.record({ userId, ...entry, metadata: { backup: uuid, truncateDirectory } });
  }

  /**
   * A schedule of the daemon puts a backup back; it stops the server itself.
   * @throws PanelError 404; 409 when the backup is not complete or the server is not free.
   */
  async beginByDaemon(nodeId: number, serverUuid: string, uuid: string): Promise<RestoreOfDaemon> {
    const { adapter, downloadUrl } = await this.completed(nodeId, serverUuid, uuid);
    await this.claim(serverUuid, nodeId, uuid, {});
    const target = { targetType: 'server', targetId: serverUuid } as const;
    await this.audit.record({ userId: null, action: 'server:backup:restore', ...target, metadata: { backup: uuid } });
    return { uuid, adapter, downloadUrl };
  }

  private async completed(nodeId: number, serverUuid: string, uuid: string): Promise<Omit<RestoreOfDaemon, 'uuid'>> {
    const backup = await this.prisma.serverBackup.findFirst({
      where: { uuid, serverUuid, nodeId, state: { not: 'deleting' } },
      select: { uuid: true, serverUuid: true, adapter: true, state: true, configuration: { select: storeColumns } },
    });
    if (backup === null) throw backupNotFound();
    if (backup.state !== 'completed') throw conflict('The backup is not complete', 'backups.not_complete');
    const { adapter, configuration } = backup;
    const isStored = adapter === 's3' && configuration !== null;
    return {
      adapter,
      downloadUrl: isStored ? this.stores.objectStore(configuration).downloadUrl(objectKeyOf(backup)) : null,
    };
  }

  /**
   * The daemon's word on the end of a restore. The same report twice changes nothing the second time.
   * @throws PanelError 404 when the backup is not on this node.
   */
  async report(nodeId: number, uuid: string, successful: boolean): Promise<void> {
    const backup = await this.prisma.serverBackup.findFirst({ where: { uuid, nodeId }, select: { serverUuid: true } });
    if (backup === null) throw backupNotFound();
    if (!(await this.end(backup.serverUuid, nodeId, uuid))) return;
    const action = successful ? 'server:backup:restored' : 'server:backup:restore:failed';
    const target = { targetType: 'server', targetId: backup.serverUuid } as const;
    await this.audit.record({ userId: null, action, ...target, metadata: { backup: uuid } });
  }

  /** None of whose states changes meanwhile: one statement decides. */
  private async claim(
    uuid: string,
    nodeId: number,
    backupUuid: string,
    more: { readonly state?: 'offline' },
  ): Promise<void> {
    const { count } = await this.prisma.server.updateMany({
      where: {
        uuid,
        nodeId,
        ...idle(),
        ...more,
        backups: { none: { state: 'running' } },
      },
      data: { restoringBackup: backupUuid, restoringSince: new Date(), desiredPower: false },
    });
    if (count === 0) throw await this.refusal(uuid, more.state !== undefined);
  }

  private async refusal(uuid: string, mustBeStopped: boolean): Promise<PanelError> {
    const running = { where: { state: 'running' }, select: { uuid: true }, take: 1 } as const;
    const select = { ...busyColumns, state: true, backups: running } as const;
    const server = await this.prisma.server.findUnique({ where: { uuid }, select });
    if (server === null) return notFound('Server not found', 'servers.not_found');
    if (server.backups.length > 0) return conflict('A backup of this server is being made', 'backups.running');
    const isIdle = server.installState !== 'installing' && !server.transferring;
    return mustBeStopped && isIdle && server.state !== 'offline'
      ? conflict('Stop the server first', 'servers.running')
      : notNow(server);
  }

  private async end(serverUuid: string, nodeId: number, backupUuid: string): Promise<boolean> {
    const { count } = await this.prisma.server.updateMany({
      where: { uuid: serverUuid, nodeId, restoringBackup: backupUuid },
      data: RESTORED,
    });
    return count > 0;
  }
}
