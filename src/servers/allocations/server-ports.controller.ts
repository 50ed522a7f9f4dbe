import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientAddress } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { ServerAllocationItem } from '../servers/dto/server.dto.js';
import { AddedPort, AddPortsDto, PortDto, RemovedPorts } from './dto/server-ports.dto.js';
import { ServerPorts } from './server-ports.service.js';

/** Ports of a server. */
@ApiTags('Servers')
@Controller('api/servers/:id/allocations')
export class ServerPortsController {
  constructor(private readonly ports: ServerPorts) {}

  /** List the ports of a server */
  @Get()
  @ServerPermission('network', { key: 'servers:read' })
  list(@CurrentServer() server: ServerScope): Promise<ServerAllocationItem[]> {
    return this.ports.list(server);
  }

  /** Add ports to a server */
  @Post()
  @HttpCode(200)
  @ServerPermission('network', { key: 'servers:write' })
  @Idempotent()
  @ApiErrors(400, 409)
  add(
    @CurrentServer() server: ServerScope,
    @Body() dto: AddPortsDto,
    @ClientAddress() address: string,
  ): Promise<AddedPort[]> {
    return this.ports.add(server, dto, address);
  }

  /** Give all ports but the default one back */
  @Delete('secondary')
  @ServerPermission('network', { key: 'servers:write' })
  @ApiErrors(409)
  async removeSecondary(@CurrentServer() server: ServerScope, @ClientAddress() address: string): Promise<RemovedPorts> {
    const removed = await this.ports.removeSecondary(server, address);
    return { success: true, removedCount: removed.length, removed };
  }

  /** Give a port back */
  @Delete()
  @ServerPermission('network', { key: 'servers:write' })
  @ApiErrors(400, 409)
  async remove(
    @CurrentServer() server: ServerScope,
    @Body() body: PortDto,
    @Query() query: PortDto,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.ports.remove(server, { ip: body.ip ?? query.ip, port: body.port ?? query.port }, address);
    return SUCCESS;
  }
}
