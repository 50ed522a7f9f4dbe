import { Get, Header, Param, Query } from '@nestjs/common';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { BackupUuidPipe } from '../../servers/backups/backup-uuid.pipe.js';
import { RemoteController } from '../remote-controller.js';
import {
  ArchiveSizeQuery,
  KopiaRepository,
  PbsDatastore,
  ResticRepository,
  StreamPartsQuery,
  UploadParts,
} from './dto/stored-backup.dto.js';
import { StoredBackups } from './stored-backups.service.js';

/** Where daemons keep backups outside of the node. Every answer holds secrets. */
@RemoteController('backups')
export class StoredBackupsController {
  constructor(private readonly backups: StoredBackups) {}

  /** Read where to upload an archive of a known size */
  @Get(':uuid')
  @Header('Cache-Control', 'no-store')
  @ApiErrors(400, 404, 503)
  parts(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', BackupUuidPipe) uuid: string,
    @Query() { size }: ArchiveSizeQuery,
  ): Promise<UploadParts> {
    return this.backups.archiveParts(node, uuid, size);
  }

  /** Read where to upload the next parts of a stream */
  @Get(':uuid/s3/parts')
  @Header('Cache-Control', 'no-store')
  @ApiErrors(400, 404, 503)
  streamParts(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', BackupUuidPipe) uuid: string,
    @Query() { from_part: from }: StreamPartsQuery,
  ): Promise<UploadParts> {
    return this.backups.streamParts(node, uuid, from);
  }

  /** Read the restic repository of a backup */
  @Get(':uuid/restic')
  @Header('Cache-Control', 'no-store')
  @ApiErrors(404)
  restic(@CallingNode() node: NodePrincipal, @Param('uuid', BackupUuidPipe) uuid: string): Promise<ResticRepository> {
    return this.backups.restic(node, uuid);
  }

  /** Read the Proxmox Backup Server of a backup */
  @Get(':uuid/pbs')
  @Header('Cache-Control', 'no-store')
  @ApiErrors(404)
  pbs(@CallingNode() node: NodePrincipal, @Param('uuid', BackupUuidPipe) uuid: string): Promise<PbsDatastore> {
    return this.backups.pbs(node, uuid);
  }

  /** Read the Kopia repository of a backup */
  @Get(':uuid/kopia')
  @Header('Cache-Control', 'no-store')
  @ApiErrors(404)
  kopia(@CallingNode() node: NodePrincipal, @Param('uuid', BackupUuidPipe) uuid: string): Promise<KopiaRepository> {
    return this.backups.kopia(node, uuid);
  }
}
