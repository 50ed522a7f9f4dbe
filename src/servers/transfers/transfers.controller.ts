import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { ServerTransferResponse, StartTransferDto } from './dto/transfer.dto.js';
import { ServerTransfers } from './transfers.service.js';

/** Moves of servers between nodes. */
@ApiTags('Servers (staff)')
@Controller('api/servers/:id/transfer')
export class TransfersController {
  constructor(private readonly transfers: ServerTransfers) {}

  /**
   * Move a server to another node
   *
   * Claims its place and its ports there and answers; the move itself follows, stops the server, and starts it again
   * where it ends up. Ports keep their numbers as far as those are free.
   */
  @Post()
  @HttpCode(200)
  @ServerPermission('transfer', { key: 'transfer:execute' })
  @Idempotent()
  @ApiErrors(400, 409)
  async start(
    @CurrentServer() server: ServerScope,
    @Caller() caller: UserPrincipal,
    @Body() dto: StartTransferDto,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.transfers.start(server, caller, dto, address);
    return SUCCESS;
  }

  /** Show the newest transfer of a server and how far it is */
  @Get()
  @ServerPermission('read', { key: 'servers:read' })
  newest(@CurrentServer() server: ServerScope): Promise<ServerTransferResponse> {
    return this.transfers.newest(server);
  }

  /**
   * Cancel the transfer of a server
   *
   * The server stays on its node. Too late once the target node has reported that it has everything.
   */
  @Delete()
  @ServerPermission('transfer', { key: 'transfer:execute' })
  @ApiErrors(409)
  async cancel(@CurrentServer() server: ServerScope, @ClientAddress() address: string): Promise<SuccessResponse> {
    await this.transfers.cancel(server, address);
    return SUCCESS;
  }
}
