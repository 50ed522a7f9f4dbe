import { Injectable } from '@nestjs/common';
import type { NodePrincipal } from '../../common/access/principal.js';
import { BackupRepositories } from '../../servers/backups/backup-repositories.service.js';
import { BackupUploads } from '../../servers/backups/backup-uploads.service.js';
import type { UploadUrls } from '../../servers/backups/backup-uploads.service.js';
import type { KopiaRepository, PbsDatastore, ResticRepository, UploadParts } from './dto/stored-backup.dto.js';

/** How daemons reach what keeps their backups (wings-protocol A.7). */
@Injectable()
export class StoredBackups {
  constructor(
    private readonly uploads: BackupUploads,
    private readonly repositories: BackupRepositories,
  ) {}

  /** @throws PanelError 400, 404, 503. */
  async archiveParts({ nodeId }: NodePrincipal, uuid: string, size: number): Promise<UploadParts> {
    return toParts(await this.uploads.forArchive(nodeId, uuid, size));
  }

  /** @throws PanelError 400, 404, 503. */
  async streamParts({ nodeId }: NodePrincipal, uuid: string, from: number): Promise<UploadParts> {
    return toParts(await this.uploads.forStream(nodeId, uuid, from));
  }

  /** The password travels as restic's own variable: the daemon needs no file. @throws PanelError 404. */
  async restic({ nodeId }: NodePrincipal, uuid: string): Promise<ResticRepository> {
    const { settings } = await this.repositories.find(nodeId, uuid, 'restic');
    return {
      repository: settings.repository,
      password_file: null,
      retry_lock_seconds: settings.retryLockSeconds,
      environment: { ...settings.environment, RESTIC_PASSWORD: settings.password },
    };
  }

  /** @throws PanelError 404. */
  async pbs({ nodeId }: NodePrincipal, uuid: string): Promise<PbsDatastore> {
    const { settings, serverUuid, createdAt } = await this.repositories.find(nodeId, uuid, 'proxmox-backup-server');
    return {
      url: settings.url,
      datastore: settings.datastore,
      namespace: settings.namespace ?? null,
      token_id: settings.tokenId,
      token_secret: settings.tokenSecret,
      fingerprint: settings.fingerprint ?? null,
      backup_id_prefix: settings.backupIdPrefix ?? null,
      server_uuid: serverUuid,
      backup_created: createdAt,
    };
  }

  /** @throws PanelError 404. */
  async kopia({ nodeId }: NodePrincipal, uuid: string): Promise<KopiaRepository> {
    const { settings, serverUuid } = await this.repositories.find(nodeId, uuid, 'kopia');
    return {
      url: settings.url,
      username: settings.username,
      password: settings.password,
      fingerprint: settings.fingerprint ?? null,
      tags: { server: serverUuid, backup: uuid },
    };
  }
}

const toParts = ({ parts, partSize }: UploadUrls): UploadParts => ({ parts, part_size: partSize });
