import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { RevokeAllSessionsDto, RevokeSessionDto, SessionListResponse } from './dto/sessions.dto.js';
import { SessionAdministration } from './session-administration.service.js';

@ApiTags('Sessions')
@SessionOnly()
@Controller('api/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionAdministration) {}

  /**
   * List the live sessions of an account
   *
   * One's own (`me` or the id); with `admin:access` those of others.
   */
  @Get(':userId')
  @ApiErrors(404)
  list(@Caller() caller: UserPrincipal, @Param('userId') userId: string): Promise<SessionListResponse> {
    return this.sessions.list(caller, userId);
  }

  /** End one session */
  @Post('logout')
  @HttpCode(200)
  @ApiErrors(400, 404)
  revoke(
    @Caller() caller: UserPrincipal,
    @Body() body: RevokeSessionDto,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.sessions.revoke(caller, body, ip);
  }

  /**
   * End all sessions of an account
   *
   * The calling session stays, unless `includeCurrent` is true.
   */
  @Post('logout-all')
  @HttpCode(200)
  @ApiErrors(400, 404)
  revokeAll(
    @Caller() caller: UserPrincipal,
    @Body() body: RevokeAllSessionsDto,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.sessions.revokeAll(caller, body, ip);
  }
}
