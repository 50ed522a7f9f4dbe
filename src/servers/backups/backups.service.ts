import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict, notFound, PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { WingsRefusal } from '../../nodes/wings/wings-errors.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { ACTION_BUDGET_MS, BudgetExceeded, within } from '../daemon/time-budget.js';
import { ServerQuota } from '../quota/server-quota.service.js';
import { BackupRemovals } from './backup-removals.service.js';
import { backupColumns, toBackup } from './backup.mapper.js';
import type { BackupRow } from './backup.mapper.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import type { BackupEntry, CreateBackupDto, CreatedBackup, LockedBackup, RenamedBackup } from './dto/backup.dto.js';
import { busyColumns, idle, notNow } from '../access/not-now.js';

/** A daemon that dies while it works never tells the end. */
const EXPIRES_AFTER_SECONDS = 24 * 3600;
const LIMIT_RETRY_SECONDS = 60;

/** What a new backup is about. */
export interface NewBackup {
  readonly serverUuid: string;
  readonly nodeId: number;
  readonly ownerId: number;
  readonly name?: string | undefined;
  readonly ignoredFiles: string;
  readonly scheduled?: boolean;
}

/** The backups of servers. The rows are the only list: daemons have none. */
@Injectable()
export class Backups implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly quota: ServerQuota,
    private readonly removals: BackupRemovals,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.jobs.register('backup.expire', ({ backupUuid }) => this.fail(backupUuid));
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
  async create(scope: ServerScope, { name, ignore = '' }: CreateBackupDto, ipAddress: string): Promise<CreatedBackup> {
    const { uuid: serverUuid, nodeId, ownerId, userId } = scope;
    const row = await this.prisma.$transaction(async (tx) => {
      const backup = await this.insert(tx, { serverUuid, nodeId, ownerId, name, ignoredFiles: ignore });
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
    const row = await this.prisma.$transaction(async (tx) => {
      const owner = await this.quota.lockOwner(tx, backup.ownerId);
      const limit = owner?.limits.backups ?? null;
      if (limit !== null && (await countOf(tx, backup.ownerId)) >= limit) {
        await this.removals.rotate(tx, backup.serverUuid, backup.nodeId);
      }
      return this.insert(tx, { ...backup, scheduled: true });
    });
    await this.begin(backup, row, backup.ignoredFiles);
  }

  /**
   * Notes a new backup within the owner's limit, of which one server makes one at a time.
   * @throws PanelError 409, 429.
   */
  private async insert(
    tx: Queryable,
    { serverUuid, nodeId, ownerId, name, ignoredFiles, scheduled = false }: NewBackup,
  ): Promise<BackupRow> {
    // Whoever else adds backups for this owner waits here, so that what is counted stays true.
    const owner = await this.quota.lockOwner(tx, ownerId);
    await assertFree(tx, serverUuid);
    await assertWithinLimit(tx, ownerId, owner?.limits.backups ?? null);
    const createdAt = new Date();
    const row = await tx.serverBackup.create({
      data: {
        serverUuid,
        nodeId,
        ignoredFiles,
        scheduled,
        createdAt,
        name: name ?? `Backup ${createdAt.toISOString()}`,
      },
      select: backupColumns,
    });
    const expiry = { tx, startAfterSeconds: EXPIRES_AFTER_SECONDS, singletonKey: row.uuid };
    await this.jobs.enqueue('backup.expire', { backupUuid: row.uuid }, expiry);
    return row;
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
      await this.fail(row.uuid);
      if (error instanceof WingsRefusal && error.daemonStatus === 404) {
        throw badRequest('Backups are not supported by this Wings version.', 'backups.unsupported');
      }
      throw error;
    }
  }

  private async fail(uuid: string): Promise<void> {
    await this.prisma.serverBackup.updateMany({
      where: { uuid, state: 'running' },
      data: { state: 'failed', locked: false, completedAt: new Date() },
    });
  }
}

/** @throws PanelError 409 while the server is installed, restored, transferred or backed up. */
async function assertFree(tx: Queryable, uuid: string): Promise<void> {
  const { count } = await tx.server.updateMany({
    // Changes nothing: it makes a restore that begins now wait for this transaction.
    data: { updatedAt: new Date() },
    where: { uuid, ...idle() },
  });
  if (count === 0) {
    const server = await tx.server.findUnique({ where: { uuid }, select: busyColumns });
    throw server === null ? notFound('Server not found', 'servers.not_found') : notNow(server);
  }
  const running = await tx.serverBackup.findFirst({ where: { serverUuid: uuid, state: 'running' } });
  if (running !== null) throw conflict('A backup of this server is being made', 'backups.running');
}

/** Counted for the owner, whoever asks; failed ones take no room. */
async function assertWithinLimit(tx: Queryable, ownerId: number, limit: number | null): Promise<void> {
  if (limit === null) return;
  if ((await countOf(tx, ownerId)) < limit) return;
  const options = { retryAfter: LIMIT_RETRY_SECONDS };
  throw new PanelError(429, 'backups.limit_reached', `Account backup limit reached (${limit})`, options);
}

const countOf = (tx: Queryable, ownerId: number): Promise<number> =>
  tx.serverBackup.count({ where: { server: { ownerId }, state: { in: ['running', 'completed'] } } });
