import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { SuspendServerDto, SuspensionResult } from './dto/suspension.dto.js';
import { ServerSuspensions } from './server-suspensions.service.js';

/** Suspensions and takedowns; owners cannot lift them. The staff area of the web client looks for them in the second place. */
@ApiTags('Servers (staff)')
@Controller(['api/servers/:id', 'api/admin/servers/:id'])
export class ServerSuspensionsAdminController {
  constructor(private readonly suspensions: ServerSuspensions) {}

  /** Suspend a server, or take it down for a DMCA notice */
  @Post('suspend')
  @HttpCode(200)
  @ServerPermission('suspend', { key: 'admin:servers:suspend' })
  @ApiErrors(400)
  suspend(
    @CurrentServer() server: ServerScope,
    @Caller() caller: UserPrincipal,
    @Body() dto: SuspendServerDto,
    @ClientAddress() address: string,
  ): Promise<SuspensionResult> {
    return this.suspensions.suspend(server, caller, dto, address);
  }

  /** End a suspension or takedown */
  @Post('unsuspend')
  @HttpCode(200)
  @ServerPermission('suspend', { key: 'admin:servers:suspend' })
  async unsuspend(@CurrentServer() server: ServerScope, @ClientAddress() address: string): Promise<SuccessResponse> {
    await this.suspensions.unsuspend(server, address);
    return SUCCESS;
  }
}
