import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientAddress } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { InviteSubuserDto, SubuserEntry, UpdateSubuserDto } from './dto/subuser.dto.js';
import { Subusers } from './subusers.service.js';

const SUBUSER_ID = new RowIdPipe('Subuser not found');

/** Who else may do something with a server. */
@ApiTags('Subusers')
@Controller('api/servers/:id/subusers')
export class SubusersController {
  constructor(private readonly subusers: Subusers) {}

  /**
   * List the subusers of a server
   *
   * Everybody for those who manage them; the others see their own entry.
   */
  @Get()
  @ServerPermission('subusers', { key: 'servers:read' })
  list(@CurrentServer() server: ServerScope): Promise<SubuserEntry[]> {
    return this.subusers.list(server);
  }

  /** Invite somebody to a server */
  @Post()
  @HttpCode(200)
  @ServerPermission('subusers', { key: 'servers:write' })
  @RateLimited('subuserInvite')
  @Idempotent()
  @ApiErrors(400, 409)
  invite(
    @CurrentServer() server: ServerScope,
    @Body() dto: InviteSubuserDto,
    @ClientAddress() address: string,
  ): Promise<SubuserEntry> {
    return this.subusers.invite(server, dto, address);
  }

  /** Change what a subuser may do */
  @Put(':subId')
  @ServerPermission('subusers', { key: 'servers:write' })
  @ApiErrors(400)
  update(
    @CurrentServer() server: ServerScope,
    @Param('subId', SUBUSER_ID) id: number,
    @Body() dto: UpdateSubuserDto,
    @ClientAddress() address: string,
  ): Promise<SubuserEntry> {
    return this.subusers.update(server, id, dto, address);
  }

  /** Remove a subuser, or leave a server */
  @Delete(':subId')
  @ServerPermission('subusers', { key: 'servers:write' })
  async remove(
    @CurrentServer() server: ServerScope,
    @Param('subId', SUBUSER_ID) id: number,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.subusers.remove(server, id, address);
    return SUCCESS;
  }
}
