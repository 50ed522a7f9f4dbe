import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { WingsRefusal } from '../../nodes/wings/wings-errors.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { ACTION_BUDGET_MS, BudgetExceeded, within } from '../daemon/time-budget.js';
import { BackupFailures } from './backup-failures.service.js';
import { backupColumns, toBackup } from './backup.mapper.js';
import type { BackupRow } from './backup.mapper.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import type { BackupEntry, CreateBackupDto, CreatedBackup, LockedBackup, RenamedBackup } from './dto/backup.dto.js';
import { NewBackups } from './new-backups.service.js';
import type { NewBackup } from './new-backups.service.js';

/** The backups of servers. The rows are the only list: daemons have none. */
@Injectable()
export class Backups implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly newBackups: NewBackups,
    private readonly failures: BackupFailures,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.jobs.register('backup.expire', ({ backupUuid }) => this.failures.abandon(backupUuid));
  }

  async list({ uuid }: ServerScope): Promise<BackupEntry[]> {
    const rows = await this.prisma.serverBackup.findMany({
      where: { serverUuid: uuid, state: { not: 'deleting' } },
      select: backupColumns,
      orderBy: [{ createdAt: 'desc' }, { uuid: 'asc' }],
    });
    return rows.map(toBackup);
  }

  /**
   * Makes the row, then lets the daemon begin; it reports the end itself.
   * @throws PanelError 409 while another one is made or restored, 429 at the owner's limit, 502 and 504 of the node.
   */
  async create(
    scope: ServerScope,
    { name, ignore = '', group }: CreateBackupDto,
    ipAddress: string,
  ): Promise<CreatedBackup> {
    const { uuid: serverUuid, nodeId, ownerId, userId } = scope;
    const row = await this.prisma.$transaction(async (tx) => {
      const backup = await this.newBackups.insert(tx, {
        serverUuid,
        nodeId,
        ownerId,
        name,
        ignoredFiles: ignore,
        groupUuid: group,
      });
      const entry = { action: 'server:backup:create', targetType: 'server', targetId: serverUuid, ipAddress } as const;
      await this.audit.record({ userId, ...entry, metadata: { backup: backup.uuid, name: backup.name } }, tx);
      return backup;
    });
    await this.begin({ serverUuid, nodeId }, row, ignore);
    return { success: true, ...toBackup(row) };
  }

  /**
   * Makes one for a schedule. At the owner's limit the oldest that a schedule made of this server, and that nobody
   * locked, makes room.
   * @throws PanelError as `create`.
   */
  async createScheduled(backup: Omit<NewBackup, 'name' | 'scheduled'>): Promise<void> {
    const row = await this.prisma.$transaction((tx) => this.newBackups.insert(tx, { ...backup, scheduled: true }));
    await this.begin(backup, row, backup.ignoredFiles);
  }

  /** @throws PanelError 404. */
  async lock({ uuid: serverUuid }: ServerScope, uuid: string, locked: boolean): Promise<LockedBackup> {
    await this.change(serverUuid, uuid, { locked });
    return { success: true, locked };
  }

  /** @throws PanelError 404. */
  async rename({ uuid: serverUuid }: ServerScope, uuid: string, name: string): Promise<RenamedBackup> {
    await this.change(serverUuid, uuid, { name });
    return { success: true, display_name: name };
  }

  private async change(serverUuid: string, uuid: string, data: { locked: boolean } | { name: string }): Promise<void> {
    const { count } = await this.prisma.serverBackup.updateMany({
      where: { uuid, serverUuid, state: { not: 'deleting' } },
      data,
    });
    if (count === 0) throw backupNotFound();
  }

  /** A node that does not answer in time may still do it: the row stays, and the report or the expiry ends it. */
  private async begin(
    { serverUuid, nodeId }: Pick<NewBackup, 'serverUuid' | 'nodeId'>,
    row: BackupRow,
    ignore: string,
  ): Promise<void> {
    try {
      const daemon = await this.wings.forNode(nodeId);
      await within(ACTION_BUDGET_MS, daemon.createBackup(serverUuid, { uuid: row.uuid, adapter: row.adapter, ignore }));
    } catch (error) {
      if (error instanceof BudgetExceeded) return;
      await this.failures.abandon(row.uuid);
      if (error instanceof WingsRefusal && error.daemonStatus === 404) {
        throw badRequest('Backups are not supported by this Wings version.', 'backups.unsupported');
      }
      throw error;
    }
  }
}
