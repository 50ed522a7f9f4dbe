import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../../nodes/directory/node-routes.js';
import { AddressChanges } from './address-changes.service.js';
import {
  AddressChangeDto,
  AddressChangeResponse,
  RebootStartedResponse,
  RebootStatusResponse,
} from './dto/fleet.dto.js';
import { NodeReboots } from './node-reboots.service.js';

const MANAGE = ['nodes:read', 'admin:servers:manage'];

/** Work on all servers of a node. */
@ApiTags('Nodes')
@Controller('api/nodes')
export class NodeFleetController {
  constructor(
    private readonly addresses: AddressChanges,
    private readonly reboots: NodeReboots,
  ) {}

  /**
   * Give all servers of a node another address
   *
   * The ports move from the old to the new address; a server stays as it is when another one has a port of it there.
   */
  @RequirePermission(MANAGE, NODE_ADMINISTRATION)
  @Post(':id/mass-allocation-change')
  @HttpCode(200)
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404)
  changeAddress(
    @Param('id') id: string,
    @Body() body: AddressChangeDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<AddressChangeResponse> {
    return this.addresses.change(id, body, { userId: caller.userId, ip });
  }

  /**
   * Reboot all running servers of a node
   *
   * In the background; suspended servers and those that are stopping are left alone. While one runs, a second request
   * gets the first one's id.
   */
  @RequirePermission(MANAGE, NODE_ADMINISTRATION)
  @Post(':id/reboot-all-servers')
  @HttpCode(200)
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404, 502)
  reboot(
    @Param('id') id: string,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<RebootStartedResponse> {
    return this.reboots.start(id, { userId: caller.userId, ip });
  }

  /** Show how far a reboot of all servers is */
  @RequirePermission(MANAGE, NODE_ADMINISTRATION)
  @Get(':id/reboot-status/:operationId')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(400, 404)
  rebootStatus(@Param('id') id: string, @Param('operationId') operationId: string): Promise<RebootStatusResponse> {
    return this.reboots.status(id, operationId);
  }
}
