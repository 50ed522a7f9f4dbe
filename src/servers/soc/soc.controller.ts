import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SocEntry, SocReportDto, SocReportedResponse } from './dto/soc.dto.js';
import { Soc } from './soc.service.js';

@ApiTags('SOC')
@Controller('api/soc')
export class SocController {
  constructor(private readonly soc: Soc) {}

  /**
   * List the newest figures of servers
   *
   * Of the caller's own servers (200); with `soc:read` of everything (500).
   */
  @Authenticated()
  @Get('overview')
  overview(@Caller() caller: UserPrincipal): Promise<SocEntry[]> {
    return this.soc.overview(caller);
  }

  /** Report figures of a server */
  @RequirePermission('soc:write')
  @RateLimited('socReport')
  @Post('data')
  @HttpCode(200)
  @ApiErrors(400, 404)
  report(@Caller() caller: UserPrincipal, @Body() body: SocReportDto): Promise<SocReportedResponse> {
    return this.soc.report(caller, body);
  }
}
