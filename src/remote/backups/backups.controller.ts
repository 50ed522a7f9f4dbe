import { Body, Delete, HttpCode, Param, Post } from '@nestjs/common';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { BackupUuidPipe } from '../../servers/backups/backup-uuid.pipe.js';
import { LargeBody } from '../body/remote-body.interceptor.js';
import { RemoteController } from '../remote-controller.js';
import { RemoteBackups } from './backups.service.js';
import { BackupOutcome, BackupReportBody } from './dto/backup-report.dto.js';

@RemoteController('backups')
export class RemoteBackupsController {
  constructor(private readonly backups: RemoteBackups) {}

  /** Report how a backup ended */
  @Post(':uuid')
  @HttpCode(204)
  @LargeBody()
  @ApiErrors(400, 404, 413)
  ended(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', BackupUuidPipe) uuid: string,
    @Body() report: BackupReportBody,
  ): Promise<void> {
    return this.backups.ended(node, uuid, report);
  }

  /** Report that a backup is gone (older name) */
  @Delete(':uuid')
  @HttpCode(204)
  @ApiErrors(404)
  gone(@CallingNode() node: NodePrincipal, @Param('uuid', BackupUuidPipe) uuid: string): Promise<void> {
    return this.backups.deleted(node, uuid, { successful: true });
  }

  /** Report how the deletion of a backup ended */
  @Post(':uuid/deletion')
  @HttpCode(204)
  @ApiErrors(400, 404, 413)
  deleted(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', BackupUuidPipe) uuid: string,
    @Body() outcome: BackupOutcome,
  ): Promise<void> {
    return this.backups.deleted(node, uuid, outcome);
  }

  /** Report how a restore ended */
  @Post(':uuid/restore')
  @HttpCode(204)
  @ApiErrors(400, 404, 413)
  restored(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', BackupUuidPipe) uuid: string,
    @Body() outcome: BackupOutcome,
  ): Promise<void> {
    return this.backups.restored(node, uuid, outcome);
  }
}
