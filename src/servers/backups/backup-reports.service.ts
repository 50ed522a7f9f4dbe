import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { BackupLeftovers, leftoverColumns } from '../backup-stores/backup-leftovers.service.js';
import type { UploadedPart } from '../backup-stores/s3/s3-xml.js';
import { BackupFailures } from './backup-failures.service.js';
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
  /** What was uploaded to an object store; empty for all others. */
  readonly parts: readonly UploadedPart[];
}

/** Ends of backups, as daemons report them. Everything is bound to the calling node. */
@Injectable()
export class BackupReports {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly failures: BackupFailures,
    private readonly leftovers: BackupLeftovers,
    private readonly jobs: Jobs,
  ) {}

  /**
   * Ends a backup. A success counts also after the panel gave up waiting; the same report twice changes nothing.
   * @throws PanelError 404 when the backup is not on this node, 400 when it has ended in another way.
   */
  async ended(nodeId: number, uuid: string, report: BackupReport): Promise<void> {
    const isTaken = await this.prisma.$transaction(async (tx) => {
      if (report.successful && (await this.uploaded(tx, nodeId, uuid, report))) return true;
      const serverUuid = report.successful
        ? await succeed(tx, nodeId, uuid, report)
        : (await this.failures.fail(tx, { uuid, nodeId }))[0];
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
    if (!isTaken) await this.assertRepeated(nodeId, uuid, report.successful);
  }

  /** The daemon deleted the archive by itself, or says that it could not. @throws PanelError 404. */
  async deleted(nodeId: number, uuid: string, successful: boolean): Promise<void> {
    const where = { uuid, nodeId };
    await this.prisma.$transaction(async (tx) => {
      const backup = await tx.serverBackup.findFirst({ where, select: leftoverColumns });
      if (backup === null) return this.leftoverDeleted(tx, where, successful);
      if (!successful) return;
      await tx.serverBackup.deleteMany({ where });
      // The daemon holds nothing of it: what lies in the bucket is for the panel to remove.
      if (backup.adapter === 's3') await this.leftovers.add(tx, [backup]);
    });
  }

  /** A daemon has (re)started: what it was packing or putting back died with it. */
  async nodeReset(nodeId: number): Promise<void> {
    await this.prisma.$transaction((tx) => this.failures.fail(tx, { nodeId }));
    await this.prisma.server.updateMany({ where: { nodeId, restoringBackup: { not: null } }, data: RESTORED });
  }

  /**
   * Notes what was uploaded to an object store; the job of the same transaction puts it together. Once the panel gave up
   * waiting the upload is called off, and a success comes too late.
   */
  private async uploaded(tx: Queryable, nodeId: number, uuid: string, report: BackupReport): Promise<boolean> {
    const { count } = await tx.serverBackup.updateMany({
      where: { uuid, nodeId, adapter: 's3', state: 'running', reportedAt: null, uploadId: { not: null } },
      data: {
        ...told(report),
        reportedAt: new Date(),
        uploadedParts: report.parts.map(({ etag, partNumber }) => ({ etag, partNumber })),
      },
    });
    if (count === 0) return false;
    await this.jobs.enqueue('backup.complete_upload', { backupUuid: uuid }, { tx, singletonKey: uuid });
    return true;
  }

  private async leftoverDeleted(
    tx: Queryable,
    where: { uuid: string; nodeId: number },
    successful: boolean,
  ): Promise<void> {
    const ofRepository = { ...where, adapter: { not: 's3' } };
    const found = await tx.backupLeftover.count({ where: ofRepository });
    if (found === 0) throw backupNotFound();
    if (successful) await tx.backupLeftover.deleteMany({ where: ofRepository });
  }

  private async assertRepeated(nodeId: number, uuid: string, successful: boolean): Promise<void> {
    const backup = await this.prisma.serverBackup.findFirst({
      where: { uuid, nodeId },
      select: { state: true, reportedAt: true },
    });
    if (backup === null) throw backupNotFound();
    // Uploaded, and the panel has not yet put the parts together.
    if (backup.state === 'running' && backup.reportedAt !== null && successful) return;
    if (backup.state === 'deleting' || backup.state === (successful ? 'completed' : 'failed')) return;
    throw badRequest('The backup has ended in another way already', 'backups.ended');
  }
}

/** @returns the server of the backup, when the report changed it. */
async function succeed(tx: Queryable, nodeId: number, uuid: string, report: BackupReport): Promise<string | undefined> {
  const [ended] = await tx.serverBackup.updateManyAndReturn({
    where: { uuid, nodeId, adapter: { not: 's3' }, state: { in: ['running', 'failed'] } },
    data: { ...told(report), state: 'completed', completedAt: new Date() },
    select: { serverUuid: true },
  });
  return ended?.serverUuid;
}

/** What a daemon tells of a backup that it made. */
const told = ({ size, files, checksum, checksumType, browsable, streaming }: BackupReport) => ({
  bytes: size,
  files,
  checksum,
  checksumType,
  browsable,
  streaming,
});
