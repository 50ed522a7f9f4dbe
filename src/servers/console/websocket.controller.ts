import { Controller, Get, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Caller } from '../../common/access/decorators.js';
import type { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import type { ServerScope } from '../access/server-scope.js';
import { ConsoleConnections } from './console-connection.service.js';
import { CONSOLE_KEY_PERMISSION } from './console-permissions.js';
import { ConsoleConnectionResponse } from './dto/console-connection.dto.js';

@ApiTags('Servers: console')
@Controller(['api/servers', 'api/servers/v1'])
export class WebsocketController {
  constructor(private readonly connections: ConsoleConnections) {}

  /**
   * Get what opens the console
   *
   * Try `direct_socket` with `token` first, then `socket`. Ask again before every connection: the ticket in `socket` is
   * good for one. An upgrade request to this address opens the console right away.
   */
  @Get(':id/websocket')
  @ServerPermission('console', { key: CONSOLE_KEY_PERMISSION })
  @ApiErrors(502)
  prepare(
    @Caller() caller: UserPrincipal,
    @CurrentServer() server: ServerScope,
    @Req() request: Request,
  ): Promise<ConsoleConnectionResponse> {
    return this.connections.prepare(caller, server, request.headers);
  }
}
