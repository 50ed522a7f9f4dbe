import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { BackupLeftovers, leftoverColumns } from '../backup-stores/backup-leftovers.service.js';
import type { Leftover } from '../backup-stores/backup-leftovers.service.js';
import { BackupStores, objectKeyOf, storeColumns } from '../backup-stores/backup-stores.service.js';
import { StoreRefused } from '../backup-stores/s3/object-store.js';
import type { ObjectStore } from '../backup-stores/s3/object-store.js';
import type { UploadedPart } from '../backup-stores/s3/s3-xml.js';
import { BackupFailures } from './backup-failures.service.js';

/** How long a store may be away before an uploaded backup counts as lost. */
const PATIENCE_MS = 24 * 3_600_000;

/** After so long somebody else may try, too: doing it twice does no harm. */
const OVERDUE_MS = 60_000;

interface UploadedBackup extends Leftover {
  readonly parts: readonly UploadedPart[];
  readonly reportedAt: Date;
}

/**
 * Puts the parts of uploaded archives together. It is a job of the transaction that notes the daemon's report, and may be
 * done twice, so a panel that dies at any moment ends in the same state.
 */
@Injectable()
export class BackupCompletions implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly stores: BackupStores,
    private readonly leftovers: BackupLeftovers,
    private readonly failures: BackupFailures,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.jobs.register('backup.complete_upload', ({ backupUuid }) => this.complete(backupUuid), {
      retries: 10,
      retryDelaySeconds: 5,
      concurrency: 4,
      expireSeconds: 600,
    });
    this.jobs.register('backup.uploads_watch', () => this.watch(), { cron: '*/2 * * * *' });
  }

  /** Those whose process died in the middle, or whose job was given up. */
  private async watch(): Promise<void> {
    const waiting = await this.prisma.serverBackup.findMany({
      where: { state: 'running', reportedAt: { lt: new Date(Date.now() - OVERDUE_MS) } },
      select: { uuid: true },
    });
    for (const { uuid } of waiting) {
      await this.jobs.enqueue('backup.complete_upload', { backupUuid: uuid }, { singletonKey: uuid });
    }
  }

  private async complete(uuid: string): Promise<void> {
    const row = await this.prisma.serverBackup.findFirst({
      where: { uuid, state: 'running', reportedAt: { not: null } },
      select: { ...leftoverColumns, uploadedParts: true, reportedAt: true, configuration: { select: storeColumns } },
    });
    if (row === null || row.configuration === null || row.reportedAt === null) return;
    const parts: unknown = row.uploadedParts;
    const backup = { ...row, reportedAt: row.reportedAt, parts: parts as UploadedPart[] };
    const store = this.stores.objectStore(row.configuration, 'patient');
    try {
      await assemble(store, backup);
    } catch (error) {
      const isFinal = error instanceof StoreRefused || Date.now() - backup.reportedAt.getTime() > PATIENCE_MS;
      if (!isFinal) throw error;
      logger.warn({ uuid, reason: (error as Error).message }, 'backup not put together');
      return this.fail(uuid);
    }
    await this.succeed(backup);
    // Uploads that were begun by a panel that died before it noted them.
    await store.abortUploads(objectKeyOf(backup)).catch(() => undefined);
  }

  private async succeed(backup: UploadedBackup): Promise<void> {
    const { uuid, serverUuid } = backup;
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.serverBackup.updateMany({
        where: { uuid, state: 'running' },
        data: { state: 'completed', completedAt: new Date(), uploadId: null },
      });
      if (count > 0) return this.audit.record(entryOf('server:backup:complete', serverUuid, uuid), tx);
      // Its server was deleted meanwhile, or another process was quicker.
      const held = await tx.serverBackup.count({ where: { uuid, state: 'completed' } });
      if (held > 0) return;
      await this.leftovers.add(tx, [leftoverOf(backup)]);
    });
  }

  private async fail(uuid: string): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const serverUuid = await this.failures.failUploaded(tx, uuid);
      if (serverUuid !== undefined) await this.audit.record(entryOf('server:backup:failed', serverUuid, uuid), tx);
    });
  }
}

/** Also when it was done before: then the upload is gone, and the object is there. */
async function assemble(store: ObjectStore, backup: UploadedBackup): Promise<void> {
  const key = objectKeyOf(backup);
  try {
    await store.completeUpload(key, backup.uploadId ?? '', backup.parts);
  } catch (error) {
    if (!(error instanceof StoreRefused) || error.reason !== 'NoSuchUpload' || !(await store.exists(key))) throw error;
  }
}

const leftoverOf = ({
  uuid,
  serverUuid,
  nodeId,
  configurationId,
  adapter,
  uploadId,
  createdAt,
}: UploadedBackup): Leftover => ({ uuid, serverUuid, nodeId, configurationId, adapter, uploadId, createdAt });

const entryOf = (action: string, targetId: string, backup: string) =>
  ({ userId: null, action, targetType: 'server', targetId, metadata: { backup } }) as const;
