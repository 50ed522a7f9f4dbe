import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, ForBoundKeys, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { CreatedServer, ServerDetail, ServerListItem } from './dto/server.dto.js';
import { CreateServerDto, DeleteServerQuery, ServerListQuery, UpdateServerDto } from './dto/server-input.dto.js';
import { ServerCreation } from './server-creation.service.js';
import { ServerList } from './server-list.service.js';
import { Servers } from './servers.service.js';

/** Game servers. */
@ApiTags('Servers')
@Controller('api/servers')
export class ServersController {
  constructor(
    private readonly lists: ServerList,
    private readonly creation: ServerCreation,
    private readonly servers: Servers,
  ) {}

  /**
   * List servers
   *
   * Those the caller owns or was invited to; staff sees all. Answered from the last-known state.
   */
  @Get()
  @RequirePermission('servers:read')
  @ForBoundKeys('servers', 'organisation')
  @ApiErrors(400)
  list(@Caller() caller: UserPrincipal, @Query() query: ServerListQuery): Promise<ServerListItem[]> {
    return this.lists.list(caller, query);
  }

  /**
   * Create a server
   *
   * Claims quota and port and tells the node, which then installs it.
   */
  @Post()
  @HttpCode(200)
  @RequirePermission('servers:create')
  @Idempotent({ implicitSeconds: 30 })
  @ApiErrors(400, 403, 404, 502, 503, 504)
  create(
    @Caller() caller: UserPrincipal,
    @Body() dto: CreateServerDto,
    @ClientAddress() address: string,
  ): Promise<CreatedServer> {
    return this.creation.create(caller, dto, address);
  }

  /** Get a server */
  @Get(':id')
  @ServerPermission('read', { key: 'servers:read' })
  get(@CurrentServer() server: ServerScope, @Caller() caller: UserPrincipal): Promise<ServerDetail> {
    return this.lists.detail(server, caller);
  }

  /**
   * Change a server
   *
   * Name and description, and for owners the resources within their quota. Counts even while the node is away.
   */
  @Put(':id')
  @ServerPermission('settings', { key: 'servers:write' })
  @ApiErrors(400, 409)
  async update(
    @CurrentServer() server: ServerScope,
    @Body() dto: UpdateServerDto,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.servers.update(server, dto, address);
    return SUCCESS;
  }

  /** Delete a server with its files */
  @Delete(':id')
  @ServerPermission('delete', { key: 'servers:write' })
  @ApiErrors(400, 409, 502, 504)
  async delete(
    @CurrentServer() server: ServerScope,
    @Query() { force }: DeleteServerQuery,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.servers.delete(server, force === true, address);
    return SUCCESS;
  }
}
