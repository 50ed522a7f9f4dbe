import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { suspendedError, suspensionOf } from '../access/server-suspension.js';
import { BackupGroups } from './backup-groups.service.js';
import { BackupRemovals } from './backup-removals.service.js';
import { BackupRestores } from './backup-restores.service.js';
import type { RestoreOfDaemon } from './backup-restores.service.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import { NewBackups } from './new-backups.service.js';

const serverColumns = {
  ownerId: true,
  suspended: true,
  suspendedBy: true,
  suspendedReason: true,
  dmca: true,
  dmcaBy: true,
  dmcaReason: true,
  dmcaDeletionAt: true,
} as const satisfies Prisma.ServerSelect;

type ServerRow = Prisma.ServerGetPayload<{ select: typeof serverColumns }>;

/** Which backup of a server is meant: by uuid, else the newest or oldest complete one of a name or group. */
export interface BackupChoice {
  readonly uuid?: string | undefined;
  readonly name?: string | undefined;
  readonly groupUuid?: string | undefined;
  readonly oldest: boolean;
}

export interface OrderedBackup {
  readonly name?: string | undefined;
  readonly groupUuid?: string | undefined;
  readonly ignoredFiles: string;
}

/** What schedules that run on a daemon do with backups. Everything is bound to the calling node. */
@Injectable()
export class DaemonBackups {
  constructor(
    private readonly prisma: PrismaService,
    private readonly newBackups: NewBackups,
    private readonly removals: BackupRemovals,
    private readonly restores: BackupRestores,
    private readonly groups: BackupGroups,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Notes a backup that the daemon then makes by itself.
   * @throws PanelError 404 for no server of the node, or no such group; 403 for a suspended one; 409 and 429 as for a
   * person's.
   */
  async create(nodeId: number, serverUuid: string, order: OrderedBackup): Promise<{ uuid: string; adapter: string }> {
    const { ownerId } = await this.activeServer(nodeId, serverUuid);
    return this.prisma.$transaction(async (tx) => {
      const row = await this.newBackups.insert(tx, { ...order, serverUuid, nodeId, ownerId, scheduled: true });
      const entry = { action: 'server:backup:create', targetType: 'server', targetId: serverUuid } as const;
      await this.audit.record({ userId: null, ...entry, metadata: { backup: row.uuid, name: row.name } }, tx);
      return { uuid: row.uuid, adapter: row.adapter };
    });
  }

  /** Locks the server for a restore that the daemon then does by itself. @throws PanelError 403, 404, 409. */
  async restore(nodeId: number, serverUuid: string, choice: BackupChoice): Promise<RestoreOfDaemon> {
    await this.activeServer(nodeId, serverUuid);
    const { uuid } = await this.chosen(nodeId, serverUuid, choice);
    return this.restores.beginByDaemon(nodeId, serverUuid, uuid);
  }

  /** @returns the uuid of the deleted one. @throws PanelError 403 when it is locked, 404, 409. */
  async remove(nodeId: number, serverUuid: string, choice: BackupChoice): Promise<string> {
    await this.server(nodeId, serverUuid);
    const { uuid } = await this.chosen(nodeId, serverUuid, choice);
    await this.removals.remove({ uuid: serverUuid, userId: null }, uuid, { force: false });
    return uuid;
  }

  /** @returns the uuid of the moved one. @throws PanelError 404 for no such backup or group. */
  async move(nodeId: number, serverUuid: string, choice: BackupChoice, groupUuid: string | null): Promise<string> {
    await this.server(nodeId, serverUuid);
    const { uuid } = await this.chosen(nodeId, serverUuid, choice);
    await this.groups.move(serverUuid, uuid, groupUuid);
    return uuid;
  }

  private async chosen(nodeId: number, serverUuid: string, choice: BackupChoice): Promise<{ uuid: string }> {
    const { uuid, name, groupUuid, oldest } = choice;
    const backup = await this.prisma.serverBackup.findFirst({
      where: {
        serverUuid,
        nodeId,
        ...(uuid !== undefined
          ? { uuid, state: { not: 'deleting' } }
          : {
              state: 'completed',
              ...(name !== undefined && { name }),
              ...(groupUuid !== undefined && { groupUuid }),
            }),
      },
      select: { uuid: true },
      orderBy: [{ createdAt: oldest ? 'asc' : 'desc' }, { uuid: 'asc' }],
    });
    if (backup === null) throw backupNotFound();
    return backup;
  }

  private async activeServer(nodeId: number, uuid: string): Promise<{ ownerId: number }> {
    const server = await this.server(nodeId, uuid);
    const suspension = suspensionOf(server);
    if (suspension !== null) throw suspendedError(suspension);
    return server;
  }

  private async server(nodeId: number, uuid: string): Promise<ServerRow> {
    const server = await this.prisma.server.findFirst({ where: { uuid, nodeId }, select: serverColumns });
    if (server === null) throw serverNotFound();
    return server;
  }
}

const serverNotFound = (): PanelError => notFound('Server not found', 'servers.not_found');
