import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { NODE_ADMINISTRATION } from '../../nodes/directory/node-routes.js';
import { MapServerDto, ServerMappedResponse } from './dto/fleet.dto.js';
import { ServerMappings } from './server-mappings.service.js';

@ApiTags('Servers (staff)')
@Controller('api/servers')
export class ServerMappingsAdminController {
  constructor(private readonly mappings: ServerMappings) {}

  /**
   * Say which node has a server
   *
   * For servers whose files were moved by hand. Its ports are given back and as many claimed on the node.
   */
  @RequirePermission(['nodes:read', 'nodes:map'], NODE_ADMINISTRATION)
  @Post(':id/map')
  @HttpCode(200)
  @ApiErrors(400, 404, 409)
  map(
    @Param('id') id: string,
    @Body() { nodeId }: MapServerDto,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<ServerMappedResponse> {
    return this.mappings.map(id, nodeId, { userId: caller.userId, ip });
  }
}
