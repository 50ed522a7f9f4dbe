import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { NODE_ADMINISTRATION, NODE_PARAMETER } from '../directory/node-routes.js';
import { DaemonConfigurationResponse } from './dto/daemon-configuration.dto.js';
import { NodeConfiguration } from './node-configuration.service.js';

@ApiTags('Nodes')
@Controller('api')
export class NodeConfigurationController {
  constructor(private readonly configuration: NodeConfiguration) {}

  /** Download the config.yml of a node's daemon */
  @RequirePermission('nodes:read-creds', NODE_ADMINISTRATION)
  @Get('nodes/:id/configuration.yml')
  @Header('Content-Type', 'text/yaml; charset=utf-8')
  @Header('Content-Disposition', 'attachment; filename="config.yml"')
  @Header('Cache-Control', 'no-store')
  @ApiParam(NODE_PARAMETER)
  @ApiProduces('text/yaml')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiErrors(404)
  yaml(@Param('id') id: string, @Caller() caller: UserPrincipal, @ClientAddress() ip: string): Promise<string> {
    return this.configuration.yaml(id, { userId: caller.userId, ip });
  }

  /**
   * Show the configuration of a node's daemon
   *
   * What `wings configure --panel-url … --token <API key> --node <id>` of both daemon families fetches.
   */
  @RequirePermission('nodes:read-creds', NODE_ADMINISTRATION)
  @Get('application/nodes/:id/configuration')
  @Header('Cache-Control', 'no-store')
  @ApiParam(NODE_PARAMETER)
  @ApiErrors(404)
  json(
    @Param('id') id: string,
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
  ): Promise<DaemonConfigurationResponse> {
    return this.configuration.json(id, { userId: caller.userId, ip });
  }
}
