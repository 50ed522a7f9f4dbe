import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { SuccessResponse } from '../../identity/dto/success.dto.js';
import { BackgroundJobs } from './background-jobs.service.js';
import { BackgroundJob, BackgroundJobRun } from './dto/background-jobs.dto.js';

@ApiTags('Background jobs')
@Controller('api/admin/jobs')
export class BackgroundJobsAdminController {
  constructor(private readonly jobs: BackgroundJobs) {}

  /** List kinds of background jobs with their last run, duration and failures */
  @Get()
  @RequirePermission(['admin:access', 'admin:metrics'])
  list(): Promise<BackgroundJob[]> {
    return this.jobs.list();
  }

  /** List the newest jobs of a kind */
  @Get(':name/runs')
  @RequirePermission(['admin:access', 'admin:metrics'])
  @ApiErrors(404)
  runs(@Param('name') name: string): Promise<BackgroundJobRun[]> {
    return this.jobs.runs(name);
  }

  /** Start a periodic job now */
  @Post(':name/run')
  @HttpCode(200)
  @RequirePermission(['admin:access', 'admin:settings'])
  @ApiErrors(404, 409)
  run(
    @Param('name') name: string,
    @Caller() { userId }: UserPrincipal,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    return this.jobs.run(name, { userId, ipAddress });
  }
}
