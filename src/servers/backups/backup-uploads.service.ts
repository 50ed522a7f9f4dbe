import { Injectable } from '@nestjs/common';
import { badRequest, unavailable } from '../../common/errors/panel-error.js';
import { logger } from '../../common/logging/logger.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { BackupStores, objectKeyOf, storeColumns } from '../backup-stores/backup-stores.service.js';
import type { SealedStore } from '../backup-stores/backup-stores.service.js';
import { StoreRefused, StoreUnavailable } from '../backup-stores/s3/object-store.js';
import type { ObjectStore } from '../backup-stores/s3/object-store.js';
import { backupNotFound } from './backup-uuid.pipe.js';
import { bufferedParts, MAXIMUM_PARTS, PARTS_PER_PAGE } from './upload-parts.js';

const MIB = 1_048_576;

/** Where a daemon uploads an archive to. */
export interface UploadUrls {
  readonly parts: string[];
  /** Bytes of each part but the last. */
  readonly partSize: number;
}

interface Upload {
  readonly id: string;
  readonly key: string;
  readonly store: ObjectStore;
  readonly partSizeMib: number;
}

const columns = {
  uuid: true,
  serverUuid: true,
  adapter: true,
  state: true,
  uploadId: true,
  partSizeMib: true,
  reportedAt: true,
  configuration: { select: storeColumns },
} as const;

/** Signs where daemons upload archives to object stores. Everything is bound to the calling node. */
@Injectable()
export class BackupUploads {
  constructor(
    private readonly prisma: PrismaService,
    private readonly stores: BackupStores,
  ) {}

  /**
   * URLs for an archive of so many bytes that is complete on the node.
   * @throws PanelError 404 when the backup is not on this node; 400 when it does not go to an object store, has ended or
   * is too large; 503 while the store is away.
   */
  async forArchive(nodeId: number, uuid: string, bytes: number): Promise<UploadUrls> {
    const upload = await this.upload(nodeId, uuid);
    const { count, sizeMib } = bufferedParts(bytes, upload.partSizeMib);
    if (count > MAXIMUM_PARTS) throw badRequest('The archive is too large for the object store', 'backups.too_large');
    return this.urls(upload, { from: 1, count, sizeMib });
  }

  /** URLs for the next parts of an archive whose end is not known yet. @throws PanelError as `forArchive`. */
  async forStream(nodeId: number, uuid: string, from: number): Promise<UploadUrls> {
    const upload = await this.upload(nodeId, uuid);
    const count = Math.min(PARTS_PER_PAGE, MAXIMUM_PARTS - from + 1);
    return this.urls(upload, { from, count, sizeMib: upload.partSizeMib });
  }

  private urls(
    { id, key, store }: Upload,
    { from, count, sizeMib }: { from: number; count: number; sizeMib: number },
  ): UploadUrls {
    return { parts: store.partUrls(key, id, { from, count }), partSize: sizeMib * MIB };
  }

  /** The upload that was begun for the backup, else a new one. */
  private async upload(nodeId: number, uuid: string): Promise<Upload> {
    const backup = await this.prisma.serverBackup.findFirst({ where: { uuid, nodeId }, select: columns });
    if (backup === null) throw backupNotFound();
    const { adapter, state, reportedAt, configuration, uploadId, partSizeMib } = backup;
    if (adapter !== 's3' || configuration === null) throw notStored();
    if (state !== 'running' || reportedAt !== null) throw hasEnded();
    const [store, key] = [this.stores.objectStore(configuration), objectKeyOf(backup)];
    if (uploadId !== null && partSizeMib !== null) return { id: uploadId, key, store, partSizeMib };
    return this.begin(nodeId, uuid, { store, key, configuration });
  }

  /** Of several requests at once one upload stays; the others are called off. */
  private async begin(
    nodeId: number,
    uuid: string,
    { store, key, configuration }: { store: ObjectStore; key: string; configuration: SealedStore },
  ): Promise<Upload> {
    const id = await begun(store, key);
    const partSizeMib = this.stores.partSizeOf(configuration);
    const { count } = await this.prisma.serverBackup.updateMany({
      where: { uuid, nodeId, state: 'running', uploadId: null, reportedAt: null },
      data: { uploadId: id, partSizeMib },
    });
    if (count > 0) return { id, key, store, partSizeMib };
    await store.abortUpload(key, id).catch((error: unknown) => logger.warn({ err: error, uuid }, 'upload not aborted'));
    const winner = await this.prisma.serverBackup.findFirst({
      where: { uuid, nodeId, state: 'running', reportedAt: null },
      select: { uploadId: true, partSizeMib: true },
    });
    if (winner === null || winner.uploadId === null || winner.partSizeMib === null) throw hasEnded();
    return { id: winner.uploadId, key, store, partSizeMib: winner.partSizeMib };
  }
}

/** A daemon tries again on 503, and fails the backup on a refusal. */
async function begun(store: ObjectStore, key: string): Promise<string> {
  try {
    return await store.beginUpload(key);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw unavailable('The object store is away', 'backups.store_away');
    if (error instanceof StoreRefused) {
      logger.warn({ reason: error.message }, 'upload refused by the object store');
      throw badRequest('The object store refuses the upload', 'backups.store_refused');
    }
    throw error;
  }
}

const notStored = (): PanelError =>
  badRequest('The backup does not go to an object store', 'backups.not_in_object_store');

const hasEnded = (): PanelError => badRequest('The backup has ended already', 'backups.ended');
