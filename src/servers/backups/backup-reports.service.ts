import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import { RESTORED } from '../access/restoring.js';

/** What a daemon says about the end of a backup (wings-protocol A.7). */
export interface BackupReport {
  readonly successful: boolean;
  /** Bytes. */
  readonly size: number;
  readonly files: number | null;
  readonly checksum: string;
  readonly checksumType: string;
  readonly browsable: boolean;
  readonly streaming: boolean;
}

/** Ends of backups, as daemons report them. Everything is bound to the calling node. */
@Injectable()
export class BackupReports {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Ends a backup. A success counts also after the panel gave up waiting; the same report twice changes nothing.
   * @throws PanelError 404 when the backup is not on this node, 400 when it has ended in another way.
   */
  async ended(nodeId: number, uuid: string, report: BackupReport): Promise<void> {
    const isEnded = await this.prisma.$transaction(async (tx) => {
      const serverUuid = await end(tx, nodeId, uuid, report);
      if (serverUuid === undefined) return false;
      await this.audit.record(
        {
          userId: null,
          action: report.successful ? 'server:backup:complete' : 'server:backup:failed',
          targetType: 'server',
          targetId: serverUuid,
          metadata: { backup: uuid },
        },
        tx,
      );
      return true;
    });
    if (!isEnded) await this.assertRepeated(nodeId, uuid, report.successful);
  }

  /** The daemon deleted the archive by itself, or says that it could not. @throws PanelError 404. */
  async deleted(nodeId: number, uuid: string, successful: boolean): Promise<void> {
    const where = { uuid, nodeId };
    if ((await this.prisma.serverBackup.findFirst({ where, select: { uuid: true } })) === null) throw backupNotFound();
    if (successful) await this.prisma.serverBackup.deleteMany({ where });
  }

  /** A daemon has (re)started: what it was packing or putting back died with it. */
  async nodeReset(nodeId: number): Promise<void> {
    const data = { state: 'failed', locked: false, completedAt: new Date() } as const;
    await this.prisma.serverBackup.updateMany({ where: { nodeId, state: 'running' }, data });
    await this.prisma.server.updateMany({ where: { nodeId, restoringBackup: { not: null } }, data: RESTORED });
  }

  private async assertRepeated(nodeId: number, uuid: string, successful: boolean): Promise<void> {
    const backup = await this.prisma.serverBackup.findFirst({ where: { uuid, nodeId }, select: { state: true } });
    if (backup === null) throw backupNotFound();
    if (backup.state === 'deleting' || backup.state === (successful ? 'completed' : 'failed')) return;
    throw badRequest('The backup has ended in another way already', 'backups.ended');
  }
}

/** @returns the server of the backup, when the report changed it. */
async function end(tx: Queryable, nodeId: number, uuid: string, report: BackupReport): Promise<string | undefined> {
  const { successful, size, files, checksum, checksumType, browsable, streaming } = report;
  const [ended] = await tx.serverBackup.updateManyAndReturn({
    where: { uuid, nodeId, state: { in: successful ? ['running', 'failed'] : ['running'] } },
    data: successful
      ? {
          state: 'completed',
          bytes: size,
          files,
          checksum,
          checksumType,
          browsable,
          streaming,
          completedAt: new Date(),
        }
      : { state: 'failed', locked: false, completedAt: new Date() },
    select: { serverUuid: true },
  });
  return ended?.serverUuid;
}
