import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../prisma/prisma.service.js';
import { BackupStores, storeColumns } from '../backup-stores/backup-stores.service.js';
import type { StoreSettings } from '../backup-stores/store-secrets.js';
import { SETTINGS_FIELD } from '../backup-stores/adapters.js';
import { backupNotFound } from './backup-uuid.pipe.js';

type RepositoryAdapter = 'restic' | 'proxmox-backup-server' | 'kopia';

/** A backup in a repository, and how the repository is reached, secrets included. */
export interface RepositoryBackup<Adapter extends RepositoryAdapter> {
  readonly settings: StoreSettings[(typeof SETTINGS_FIELD)[Adapter]];
  readonly serverUuid: string;
  readonly createdAt: Date;
}

const columns = { serverUuid: true, createdAt: true, configuration: { select: storeColumns } } as const;

/** Tells daemons how to reach the repositories of their backups. */
@Injectable()
export class BackupRepositories {
  constructor(
    private readonly prisma: PrismaService,
    private readonly stores: BackupStores,
  ) {}

  /**
   * Also of one whose server is gone, for the daemon to delete it.
   * @throws PanelError 404 for no backup of the node, and for one that is kept in another way: wings-rs asks for each kind
   * in turn.
   */
  async find<Adapter extends RepositoryAdapter>(
    nodeId: number,
    uuid: string,
    adapter: Adapter,
  ): Promise<RepositoryBackup<Adapter>> {
    const where = { uuid, nodeId, adapter };
    const backup =
      (await this.prisma.serverBackup.findFirst({ where, select: columns })) ??
      (await this.prisma.backupLeftover.findFirst({ where, select: columns }));
    if (backup === null || backup.configuration === null) throw backupNotFound();
    const { serverUuid, createdAt, configuration } = backup;
    return { serverUuid, createdAt, settings: this.stores.settingsOf(SETTINGS_FIELD[adapter], configuration) };
  }
}
