import { Body, Controller, Get, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { ArchiveResponse } from './archive-response.js';
import {
  AdminExportJobDetailResponse,
  AdminExportJobsResponse,
  ExportJobQuery,
  ExportQueuedResponse,
  ShareLinkDto,
  ShareLinkResponse,
} from './dto/exports.dto.js';
import { ExportAdministration } from './export-administration.service.js';
import { ExportDownloads } from './export-downloads.service.js';
import { ExportIdPipe } from './export-id.pipe.js';

const USER_ID = new RowIdPipe('User not found');
const JOB_ID = new ExportIdPipe();

/** Exports of people's data, for staff. */
@ApiTags('Data export')
@RequirePermission(['admin:access', 'admin:export-jobs'])
@Controller('api/admin')
export class ExportsAdminController {
  constructor(
    private readonly administration: ExportAdministration,
    private readonly downloads: ExportDownloads,
  ) {}

  /** Queue an export of somebody's data */
  @Post('users/:id/export-job')
  @HttpCode(200)
  @ApiErrors(404)
  create(
    @Caller() caller: UserPrincipal,
    @Param('id', USER_ID) userId: number,
    @ClientAddress() ip: string,
  ): Promise<ExportQueuedResponse> {
    return this.administration.create(caller, userId, ip);
  }

  /**
   * Queue an export of somebody's data, the old way
   *
   * The same as POST …/export-job: the data is not in the answer.
   */
  @Get('users/:id/export')
  @HttpCode(202)
  @ApiErrors(404)
  createByGet(
    @Caller() caller: UserPrincipal,
    @Param('id', USER_ID) userId: number,
    @ClientAddress() ip: string,
  ): Promise<ExportQueuedResponse> {
    return this.administration.create(caller, userId, ip);
  }

  /** List exports, newest first */
  @Get('export-jobs')
  @ApiErrors(400)
  list(@Query() query: ExportJobQuery): Promise<AdminExportJobsResponse> {
    return this.administration.list(query);
  }

  /** Read an export */
  @Get('export-jobs/:id')
  @ApiErrors(404)
  read(@Param('id', JOB_ID) id: string): Promise<AdminExportJobDetailResponse> {
    return this.administration.read(id);
  }

  /** Agree to the request of a person, which begins then */
  @Post('export-jobs/:id/approve')
  @HttpCode(200)
  @ApiErrors(404, 409)
  approve(
    @Caller() caller: UserPrincipal,
    @Param('id', JOB_ID) id: string,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.administration.decide(caller, id, true, ip);
  }

  /** Refuse the request of a person */
  @Post('export-jobs/:id/reject')
  @HttpCode(200)
  @ApiErrors(404, 409)
  reject(
    @Caller() caller: UserPrincipal,
    @Param('id', JOB_ID) id: string,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.administration.decide(caller, id, false, ip);
  }

  /** Download an export */
  @Get('export-jobs/:id/download')
  @ArchiveResponse()
  @ApiErrors(400, 404)
  download(
    @Caller() caller: UserPrincipal,
    @Param('id', JOB_ID) id: string,
    @ClientAddress() ip: string,
  ): Promise<StreamableFile> {
    return this.downloads.forStaff(caller, id, ip);
  }

  /**
   * Make a link that gives an export out once
   *
   * The link is in the answer and is never shown again; a new one ends the one before.
   */
  @Post('export-jobs/:id/share-link')
  @HttpCode(200)
  @ApiErrors(400, 404)
  share(
    @Caller() caller: UserPrincipal,
    @Param('id', JOB_ID) id: string,
    @Body() { expiresHours = 24 }: ShareLinkDto,
    @ClientAddress() ip: string,
  ): Promise<ShareLinkResponse> {
    return this.downloads.share(caller, id, expiresHours, ip);
  }
}
