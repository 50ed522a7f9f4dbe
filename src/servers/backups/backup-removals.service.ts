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
    { uuid: serverUuid, nodeId, userId }: ServerScope,
    uuid: string,
    { force, ipAddress }: { force: boolean; ipAddress: string },
  ): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.serverBackup.updateMany({
        where: {
          uuid,
          serverUuid,
          state: { in: ['completed', 'failed'] },
          ...(!force && { locked: false }),
          server: { OR: [{ restoringBackup: null }, { restoringBackup: { not: uuid } }] },
        },
        data: { state: 'deleting' },
      });
      if (count === 0) throw await refusal(tx, serverUuid, uuid, force);
      await this.jobs.enqueue('backup.delete_on_node', { nodeId }, { tx, singletonKey: String(nodeId) });
      const entry = { action: 'server:backup:delete', targetType: 'server', targetId: serverUuid, ipAddress } as const;
      await this.audit.record({ userId, ...entry, metadata: { backup: uuid } }, tx);
    });
  }

  /** Lets the oldest backup that a schedule made of a server go; none when somebody locked them all. */
  async rotate(tx: Queryable, serverUuid: string, nodeId: number): Promise<void> {
    const oldest = await tx.serverBackup.findFirst({
      where: { serverUuid, scheduled: true, state: 'completed', locked: false },
      select: { uuid: true },
      orderBy: { createdAt: 'asc' },
    });
    if (oldest === null) return;
    const where = { ...oldest, state: 'completed', locked: false } as const;
    await tx.serverBackup.updateMany({ where, data: { state: 'deleting' } });
    await this.jobs.enqueue('backup.delete_on_node', { nodeId }, { tx, singletonKey: String(nodeId) });
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
        await daemon.deleteBackup(serverUuid, { uuid, adapter });
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
