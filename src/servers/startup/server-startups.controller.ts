import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientAddress } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { ServerStartup, UpdatedStartup, UpdateStartupDto } from './dto/startup.dto.js';
import { ServerStartups } from './server-startups.service.js';

/** How a server is started. */
@ApiTags('Servers')
@Controller('api/servers/:id/startup')
export class ServerStartupsController {
  constructor(private readonly startups: ServerStartups) {}

  /** Get how a server is started */
  @Get()
  @ServerPermission('startup', { key: 'servers:read' })
  get(@CurrentServer() server: ServerScope): Promise<ServerStartup> {
    return this.startups.get(server);
  }

  /** Change how a server is started */
  @Put()
  @ServerPermission('startup', { key: 'servers:write' })
  @ApiErrors(400, 409)
  update(
    @CurrentServer() server: ServerScope,
    @Body() dto: UpdateStartupDto,
    @ClientAddress() address: string,
  ): Promise<UpdatedStartup> {
    return this.startups.update(server, dto, address);
  }
}
