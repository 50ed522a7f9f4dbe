import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, forbidden } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { isKeptRemotely } from '../backup-stores/adapters.js';
import { BackupLeftovers, leftoverColumns } from '../backup-stores/backup-leftovers.service.js';
import type { Leftover } from '../backup-stores/backup-leftovers.service.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import { restoringError } from '../access/restoring.js';

const AT_ONCE = 100;

/** Deletes backups: the row is marked first, and gone when its daemon has deleted the archive. */
@Injectable()
export class BackupRemovals implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
    private readonly leftovers: BackupLeftovers,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.jobs.register('backup.delete_on_node', ({ nodeId }) => this.deleteMarked(nodeId), {
      retries: 10,
      retryDelaySeconds: 15,
    });
  }

  /** @throws PanelError 403 when it is locked and not forced, 404, 409 while it is being made or put back. */
  async remove(
    { uuid: serverUuid, userId }: Pick<ServerScope, 'uuid'> & { readonly userId: number | null },
    uuid: string,
    { force, ipAddress }: { force: boolean; ipAddress?: string },
  ): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const marked = await tx.serverBackup.updateManyAndReturn({
        where: {
          uuid,
          serverUuid,
          state: { in: ['completed', 'failed'] },
          ...(!force && { locked: false }),
          server: { OR: [{ restoringBackup: null }, { restoringBackup: { not: uuid } }] },
        },
        data: { state: 'deleting' },
        select: leftoverColumns,
      });
      if (marked.length === 0) throw await refusal(tx, serverUuid, uuid, force);
      await this.follow(tx, marked);
      const entry = { action: 'server:backup:delete', targetType: 'server', targetId: serverUuid } as const;
      const from = ipAddress === undefined ? {} : { ipAddress };
      await this.audit.record({ userId, ...entry, ...from, metadata: { backup: uuid } }, tx);
    });
  }

  /** Lets the oldest of some backups go; fewer, or none, when somebody locked them. */
  async rotate(
    tx: Queryable,
    which: { serverUuid: string; scheduled?: true; groupUuid?: string },
    amount: number,
  ): Promise<void> {
    const where = { ...which, state: 'completed', locked: false } as const;
    const oldest = await tx.serverBackup.findMany({
      where,
      select: { uuid: true },
      orderBy: { createdAt: 'asc' },
      take: amount,
    });
    const marked = await tx.serverBackup.updateManyAndReturn({
      where: { ...where, uuid: { in: oldest.map(({ uuid }) => uuid) } },
      data: { state: 'deleting' },
      select: leftoverColumns,
    });
    await this.follow(tx, marked);
  }

  /** What is marked: daemons delete what they keep, the panel what lies in a bucket; there no row has to wait. */
  private async follow(tx: Queryable, marked: readonly Leftover[]): Promise<void> {
    const stored = marked.filter(({ adapter }) => adapter === 's3');
    await this.leftovers.add(tx, stored);
    await tx.serverBackup.deleteMany({ where: { uuid: { in: stored.map(({ uuid }) => uuid) }, state: 'deleting' } });
    for (const nodeId of new Set(marked.filter(({ adapter }) => adapter !== 's3').map((backup) => backup.nodeId))) {
      await this.jobs.enqueue('backup.delete_on_node', { nodeId }, { tx, singletonKey: String(nodeId) });
    }
  }

  /** Also those that stayed behind when the node was away longer than the job was tried. */
  private async deleteMarked(nodeId: number): Promise<void> {
    const marked = await this.prisma.serverBackup.findMany({
      where: { nodeId, state: 'deleting' },
      select: { uuid: true, serverUuid: true, adapter: true },
      orderBy: { createdAt: 'asc' },
      take: AT_ONCE,
    });
    if (marked.length === 0) return;
    const daemon = await this.wings.forNode(nodeId);
    const results = await Promise.allSettled(
      marked.map(async ({ uuid, serverUuid, adapter }) => {
        const backup = { uuid, adapter };
        if (isKeptRemotely(adapter)) await daemon.deleteStoredBackup(serverUuid, backup);
        else await daemon.deleteBackup(serverUuid, backup);
        await this.prisma.serverBackup.deleteMany({ where: { uuid, nodeId, state: 'deleting' } });
      }),
    );
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) {
      logger.warn({ nodeId }, 'backups not yet deleted on their node');
      throw failure.reason;
    }
    if (marked.length === AT_ONCE) await this.jobs.enqueue('backup.delete_on_node', { nodeId });
  }
}

async function refusal(tx: Queryable, serverUuid: string, uuid: string, force: boolean): Promise<PanelError> {
  const backup = await tx.serverBackup.findFirst({
    where: { uuid, serverUuid },
    select: { state: true, locked: true },
  });
  if (backup === null || backup.state === 'deleting') return backupNotFound();
  if (backup.state === 'running') return conflict('The backup is being made', 'backups.running');
  return backup.locked && !force
    ? forbidden('Backup is locked and cannot be deleted', 'backups.locked')
    : restoringError();
}
