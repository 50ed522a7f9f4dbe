import { Controller, Get, Header, Query } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { AdminLogEntry, AdminLogPage } from './dto/log.dto.js';
import { LogFileQueryDto, LogQueryDto } from './dto/log-query.dto.js';
import { LogsFile } from './logs-file.service.js';
import { LogsService } from './logs.service.js';

@ApiTags('Activity log')
@Controller('api/admin/logs')
@RequirePermission(['admin:access', 'logs:read'])
export class LogsAdminController {
  constructor(
    private readonly logs: LogsService,
    private readonly file: LogsFile,
  ) {}

  /** Read the activity of everybody, newest first. */
  @Get()
  @ApiErrors(400)
  page(@Query() query: LogQueryDto): Promise<AdminLogPage> {
    return this.logs.page(query);
  }

  /**
   * Download the activity of everybody, newest first
   *
   * As CSV or JSON, all entries that the filters let through.
   */
  @Get('export')
  @Header('Cache-Control', 'no-store')
  @RateLimited('auditReads')
  @ApiExtraModels(AdminLogEntry)
  @ApiOkResponse({
    content: {
      'application/json': { schema: { type: 'array', items: { $ref: getSchemaPath(AdminLogEntry) } } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @ApiErrors(400)
  export(@Query() query: LogFileQueryDto): Promise<StreamableFile> {
    return this.file.export(query);
  }
}
