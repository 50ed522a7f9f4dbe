import { Controller, Get, Header, Param, Patch, Query } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Authenticated, Caller } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { ActivityExport } from './activity-export.service.js';
import { Activity } from './activity.service.js';
import {
  ActivityQuery,
  LogEntryResponse,
  LogExportQuery,
  LogQuery,
  LogResultResponse,
  UnreadCountResponse,
} from './dto/activity.dto.js';

/** One's own (`me` or the id); with `logs:read` those of others. */
@ApiTags('Activity')
@Authenticated()
@Controller('api/users/:id')
export class ActivityController {
  constructor(
    private readonly activity: Activity,
    private readonly exports: ActivityExport,
  ) {}

  /** List the log of an account, newest first */
  @Get('logs')
  @ApiErrors(404)
  logs(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Query() query: LogQuery,
  ): Promise<LogEntryResponse[]> {
    return this.activity.list(caller, id, query);
  }

  /** List what an account did, newest first */
  @Get('activity')
  @ApiErrors(404)
  list(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Query() query: ActivityQuery,
  ): Promise<LogEntryResponse[]> {
    return this.activity.list(caller, id, query);
  }

  /** Count the unread entries of the log */
  @Get('logs/unread-count')
  @ApiErrors(404)
  unreadCount(@Caller() caller: UserPrincipal, @Param('id') id: string): Promise<UnreadCountResponse> {
    return this.activity.unreadCount(caller, id);
  }

  /**
   * Download the log of an account, newest first
   *
   * As CSV or JSON, all entries that the filters let through.
   */
  @Get('logs/export')
  @Header('Cache-Control', 'no-store')
  @RateLimited('logExport')
  @ApiExtraModels(LogEntryResponse)
  @ApiOkResponse({
    content: {
      'application/json': { schema: { type: 'array', items: { $ref: getSchemaPath(LogEntryResponse) } } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @ApiErrors(400, 404)
  export(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Query() query: LogExportQuery,
  ): Promise<StreamableFile> {
    return this.exports.export(caller, id, query);
  }

  /** Mark the whole log as read */
  @Patch('logs/read-all')
  @ApiErrors(404)
  markAllRead(@Caller() caller: UserPrincipal, @Param('id') id: string): Promise<SuccessResponse> {
    return this.activity.markAllRead(caller, id);
  }

  /** Mark one entry of the log as read */
  @Patch('logs/:logId/read')
  @ApiErrors(404)
  markRead(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Param('logId', new RowIdPipe('Not found', Number.MAX_SAFE_INTEGER)) logId: number,
  ): Promise<LogResultResponse> {
    return this.activity.markRead(caller, id, logId);
  }
}
