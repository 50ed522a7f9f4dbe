import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { Activity } from './activity.service.js';
import { LogResultResponse, ReportActivityDto } from './dto/activity.dto.js';

@ApiTags('Activity')
@Controller('api/logs')
export class ActivityReportsController {
  constructor(private readonly activity: Activity) {}

  /**
   * Write an entry into the activity log
   *
   * For automation of the panel's staff. Not into the logs of accounts that hold more than the caller.
   */
  @RequirePermission('admin:access')
  @Post()
  @HttpCode(200)
  @Idempotent()
  @ApiErrors(400, 404)
  report(
    @Caller() caller: UserPrincipal,
    @Body() body: ReportActivityDto,
    @ClientAddress() ip: string,
  ): Promise<LogResultResponse> {
    return this.activity.report(caller, body, ip);
  }
}
