import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientAddress } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import {
  ChangeEggDto,
  ServerConsoleAddress,
  ServerEggResponse,
  ServerLocation,
  ServerNetwork,
  ServerVersion,
} from './dto/details.dto.js';
import { ServerDetails } from './server-details.service.js';
import { ServerEggs } from './server-eggs.service.js';

/** What pages of a server show beside its state. */
@ApiTags('Servers')
@Controller('api/servers/:id')
export class ServerDetailsController {
  constructor(
    private readonly details: ServerDetails,
    private readonly eggs: ServerEggs,
  ) {}

  /** Get where players reach a server */
  @Get('network')
  @ServerPermission('read', { key: 'servers:read' })
  network(@CurrentServer() server: ServerScope): Promise<ServerNetwork> {
    return this.details.network(server);
  }

  /** Get where a server stands */
  @Get('location')
  @ServerPermission('read', { key: 'servers:read' })
  location(@CurrentServer() server: ServerScope): Promise<ServerLocation> {
    return this.details.location(server);
  }

  /**
   * Get which build of its game a server runs
   *
   * Empty when the node does not know it.
   */
  @Get('version')
  @ServerPermission('read', { key: 'version:read' })
  @ApiErrors(502, 504)
  version(@CurrentServer() server: ServerScope): Promise<ServerVersion> {
    return this.details.version(server);
  }

  /** Get where the console of a server is */
  @Get('console')
  @ServerPermission('console', { key: 'servers:console' })
  console(@CurrentServer() server: ServerScope): ServerConsoleAddress {
    return { success: true, websocket: `/api/servers/${server.uuid}/websocket` };
  }

  /** Get what a server takes from its egg */
  @Get('configuration/egg')
  @ServerPermission('startup', { key: 'configuration:read' })
  egg(@CurrentServer() server: ServerScope): Promise<ServerEggResponse> {
    return this.eggs.get(server);
  }

  /**
   * Give a server another egg
   *
   * Its image, start command and variables become those of the egg; variables that both know keep their values.
   */
  @Put('configuration/egg')
  @ServerPermission('manage', { key: 'admin:servers:manage' })
  @ApiErrors(400, 404, 409, 502, 504)
  changeEgg(
    @CurrentServer() server: ServerScope,
    @Body() dto: ChangeEggDto,
    @ClientAddress() address: string,
  ): Promise<ServerEggResponse> {
    return this.eggs.change(server, dto, address);
  }
}
