import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { TransferReports } from '../../servers/transfers/transfer-reports.service.js';
import { RemoteController } from '../remote-controller.js';
import { ServerUuidPipe } from '../servers/server-uuid.pipe.js';
import { TransferSuccess } from './dto/transfer-success.dto.js';

/** Reports of the two nodes of a transfer. */
@RemoteController('servers/:uuid/transfer')
export class RemoteTransfersController {
  constructor(private readonly reports: TransferReports) {}

  /** Report that a server has arrived (by the target node) */
  @Post('success')
  @HttpCode(204)
  @ApiErrors(404, 409)
  succeeded(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() { backups }: TransferSuccess,
  ): Promise<void> {
    return this.reports.succeeded(node.nodeId, uuid, backups);
  }

  /** Report that a transfer failed (by either node) */
  @Post('failure')
  @HttpCode(204)
  @ApiErrors(404, 409)
  failed(@CallingNode() node: NodePrincipal, @Param('uuid', ServerUuidPipe) uuid: string): Promise<void> {
    return this.reports.failed(node.nodeId, uuid);
  }

  /** Report that a server has arrived (older daemons) */
  @Get('success')
  @HttpCode(204)
  @ApiErrors(404, 409)
  succeededByGet(@CallingNode() node: NodePrincipal, @Param('uuid', ServerUuidPipe) uuid: string): Promise<void> {
    return this.reports.succeeded(node.nodeId, uuid);
  }

  /** Report that a transfer failed (older daemons) */
  @Get('failure')
  @HttpCode(204)
  @ApiErrors(404, 409)
  failedByGet(@CallingNode() node: NodePrincipal, @Param('uuid', ServerUuidPipe) uuid: string): Promise<void> {
    return this.reports.failed(node.nodeId, uuid);
  }
}
