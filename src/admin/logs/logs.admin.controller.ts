import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { AdminLogPage } from './dto/log.dto.js';
import { LogQueryDto } from './dto/log-query.dto.js';
import { LogsService } from './logs.service.js';

@ApiTags('Activity log')
@Controller('api/admin/logs')
@RequirePermission(['admin:access', 'logs:read'])
export class LogsAdminController {
  constructor(private readonly logs: LogsService) {}

  /** Read the activity of everybody, newest first. */
  @Get()
  @ApiErrors(400)
  page(@Query() query: LogQueryDto): Promise<AdminLogPage> {
    return this.logs.page(query);
  }
}
