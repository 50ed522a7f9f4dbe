import { Body, HttpCode, Param, Put } from '@nestjs/common';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { NodeStartups } from '../../servers/startup/node-startups.service.js';
import type { StartupOrder } from '../../servers/startup/node-startups.service.js';
import { RemoteController } from '../remote-controller.js';
import { ServerUuidPipe } from '../servers/server-uuid.pipe.js';
import { CommandOrder, ImageOrder, VariableOrder } from './dto/startup-order.dto.js';

const orderOf = ({ nodeId }: NodePrincipal, serverUuid: string, scheduleUuid: string | undefined): StartupOrder => ({
  nodeId,
  serverUuid,
  scheduleUuid,
});

/** What steps of schedules that wings-rs runs change of how a server starts: no more than its owner may. */
@RemoteController('servers/:uuid/startup')
export class RemoteStartupController {
  constructor(private readonly startups: NodeStartups) {}

  /** Set a variable of a server (step of a schedule) */
  @Put('variables')
  @HttpCode(204)
  @ApiErrors(400, 404, 409, 413, 417)
  variable(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() { schedule_uuid: schedule, env_variable: name, value }: VariableOrder,
  ): Promise<void> {
    return this.startups.setVariable(orderOf(node, uuid, schedule), name, value);
  }

  /** Set the startup command of a server (step of a schedule) */
  @Put('command')
  @HttpCode(204)
  @ApiErrors(400, 404, 409, 413, 417)
  command(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() { schedule_uuid: schedule, command }: CommandOrder,
  ): Promise<void> {
    return this.startups.setCommand(orderOf(node, uuid, schedule), command);
  }

  /** Set the image of a server (step of a schedule) */
  @Put('docker-image')
  @HttpCode(204)
  @ApiErrors(400, 404, 409, 413, 417)
  image(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() { schedule_uuid: schedule, image }: ImageOrder,
  ): Promise<void> {
    return this.startups.setImage(orderOf(node, uuid, schedule), image);
  }
}
