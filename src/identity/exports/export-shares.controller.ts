import { Controller, Get, Param, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientAddress, Public } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { ArchiveResponse } from './archive-response.js';
import { ExportDownloads } from './export-downloads.service.js';

/** Links to exports, which need no account: who has one may use it, once. */
@ApiTags('Data export')
@Public()
@Controller('api/public/export-shares')
export class ExportSharesController {
  constructor(private readonly downloads: ExportDownloads) {}

  /** Download the export that a link stands for */
  @Get(':token')
  @ArchiveResponse()
  @ApiErrors(404, 410)
  open(@Param('token') token: string, @ClientAddress() ip: string): Promise<StreamableFile> {
    return this.downloads.open(token, ip);
  }
}
