import { Controller, Get, HttpCode, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { ArchiveResponse } from './archive-response.js';
import { ExportJobsResponse, ExportRequestedResponse } from './dto/exports.dto.js';
import { ExportDownloads } from './export-downloads.service.js';
import { ExportIdPipe } from './export-id.pipe.js';
import { Exports } from './exports.service.js';

/** A copy of one's own data. */
@ApiTags('Data export')
@SessionOnly()
@Controller('api/users/me')
export class ExportsController {
  constructor(
    private readonly exports: Exports,
    private readonly downloads: ExportDownloads,
  ) {}

  /**
   * Ask for a copy of everything the panel keeps about oneself
   *
   * Once in 30 days. It begins at once, or when staff has agreed where the panel is set so.
   */
  @Post('export-request')
  @HttpCode(200)
  @ApiErrors(409)
  request(@Caller() caller: UserPrincipal, @ClientAddress() ip: string): Promise<ExportRequestedResponse> {
    return this.exports.request(caller, ip);
  }

  /** List one's own exports, newest first */
  @Get('export-jobs')
  list(@Caller() caller: UserPrincipal): Promise<ExportJobsResponse> {
    return this.exports.list(caller);
  }

  /**
   * Download an export of one's own
   *
   * A compressed tar archive with `user-export.json`; see docs/data-export.md for what is in it.
   */
  @Get('export-jobs/:id/download')
  @ArchiveResponse()
  @ApiErrors(400, 404)
  download(
    @Caller() caller: UserPrincipal,
    @Param('id', new ExportIdPipe()) id: string,
    @ClientAddress() ip: string,
  ): Promise<StreamableFile> {
    return this.downloads.own(caller, id, ip);
  }
}
