import { Body, Delete, Header, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RemoteController } from '../remote-controller.js';
import { ServerUuidPipe } from '../servers/server-uuid.pipe.js';
import {
  BackupChoiceBody,
  BackupOrder,
  ChosenBackup,
  MoveChoiceBody,
  OrderBackupBody,
  RestoreChoiceBody,
  RestoreOrder,
} from './dto/server-backup.dto.js';
import { RemoteServerBackups } from './server-backups.service.js';

/** Backups that schedules of a daemon order. */
@RemoteController('servers/:uuid/backups')
export class RemoteServerBackupsController {
  constructor(private readonly backups: RemoteServerBackups) {}

  /**
   * Note a backup that the daemon is about to make
   *
   * At the owner's limit the oldest that a schedule made of the server makes room.
   */
  @Post()
  @HttpCode(200)
  @ApiErrors(400, 404, 413, 417)
  create(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() body: OrderBackupBody,
  ): Promise<BackupOrder> {
    return this.backups.create(node, uuid, body);
  }

  /** Choose a backup that the daemon is about to put back */
  @Post('restore')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiErrors(400, 404, 413, 417)
  restore(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() body: RestoreChoiceBody,
  ): Promise<RestoreOrder> {
    return this.backups.restore(node, uuid, body);
  }

  /** Delete a backup */
  @Delete()
  @ApiErrors(400, 404, 413, 417)
  remove(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() body: BackupChoiceBody,
  ): Promise<ChosenBackup> {
    return this.backups.remove(node, uuid, body);
  }

  /** Move a backup to a group */
  @Patch()
  @ApiErrors(400, 404, 413)
  move(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() body: MoveChoiceBody,
  ): Promise<ChosenBackup> {
    return this.backups.move(node, uuid, body);
  }
}
