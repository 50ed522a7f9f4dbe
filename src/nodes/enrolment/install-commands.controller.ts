import { Controller, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../directory/node-routes.js';
import { InstallCommandResponse } from './dto/enrolment.dto.js';
import { InstallTokens } from './install-tokens.service.js';

@ApiTags('Nodes')
@Controller('api/nodes')
export class InstallCommandsController {
  constructor(private readonly tokens: InstallTokens) {}

  /**
   * Make a command that installs a node
   *
   * Run as root it installs Docker and the daemon, fetches the configuration and starts. Works once, for 30 minutes; a
   * command made before ends.
   */
  @RequirePermission('nodes:read-creds', NODE_ADMINISTRATION)
  @Post(':id/install-command')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(404)
  create(
    @Param('id') id: string,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<InstallCommandResponse> {
    return this.tokens.command(id, { userId: caller.userId, ip });
  }
}
