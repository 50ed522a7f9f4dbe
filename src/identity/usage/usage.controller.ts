import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { ApiUsage } from './api-usage.service.js';
import { EndpointUsage } from './dto/usage.dto.js';

@ApiTags('SOC')
@Controller('api/soc/usage')
export class UsageController {
  constructor(private readonly usage: ApiUsage) {}

  /**
   * Show how often an account called which route
   *
   * One's own (`me` or the id); with `soc:read` that of others. Counts are written every ten seconds.
   */
  @Authenticated()
  @Get('user/:id')
  @ApiErrors(404)
  ofUser(@Caller() caller: UserPrincipal, @Param('id') id: string): Promise<EndpointUsage[]> {
    return this.usage.of(caller, id);
  }
}
