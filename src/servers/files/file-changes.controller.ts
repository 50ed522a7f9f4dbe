import { Body, Controller, HttpCode, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientAddress } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import {
  ArchiveFilesDto,
  ArchiveWork,
  ChangeModesDto,
  DecompressDto,
  DeleteFilesDto,
  FilePathDto,
  FileWork,
  MoveFilesDto,
  PullFileDto,
  RenameFilesDto,
} from './dto/files.dto.js';
import { FileChanges } from './file-changes.service.js';
import { ServerPath } from './server-path.js';

/** Changes of a server's files. Those that may take minutes answer after 8 s with `pending` and go on. */
@ApiTags('Files')
@Controller('api/servers/:id/files')
@ServerPermission('files', { key: 'files:write' })
@ApiErrors(400, 409, 502, 504)
export class FileChangesController {
  constructor(private readonly changes: FileChanges) {}

  /** Delete files and directories */
  @Post('delete')
  @HttpCode(200)
  @ApiErrors(429)
  delete(
    @CurrentServer() server: ServerScope,
    @Body() dto: DeleteFilesDto,
    @ClientAddress() ipAddress: string,
  ): Promise<FileWork> {
    return this.changes.delete({ server, ipAddress }, dto);
  }

  /** Create a directory */
  @Post('create-directory')
  @HttpCode(200)
  async createDirectory(
    @CurrentServer() server: ServerScope,
    @Body() { path }: FilePathDto,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.changes.createDirectory({ server, ipAddress }, ServerPath.of(path));
    return SUCCESS;
  }

  /** Pack files into an archive beside them */
  @Post('archive')
  @HttpCode(200)
  @ApiErrors(429)
  archive(
    @CurrentServer() server: ServerScope,
    @Body() dto: ArchiveFilesDto,
    @ClientAddress() ipAddress: string,
  ): Promise<ArchiveWork> {
    return this.changes.archive({ server, ipAddress }, dto);
  }

  /** Unpack an archive where it is */
  @Post('decompress')
  @HttpCode(200)
  @ApiErrors(429)
  decompress(
    @CurrentServer() server: ServerScope,
    @Body() dto: DecompressDto,
    @ClientAddress() ipAddress: string,
  ): Promise<FileWork> {
    return this.changes.decompress({ server, ipAddress }, dto);
  }

  /** Rename files */
  @Put('rename')
  async rename(
    @CurrentServer() server: ServerScope,
    @Body() dto: RenameFilesDto,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.changes.rename({ server, ipAddress }, dto);
    return SUCCESS;
  }

  /** Move files into another directory */
  @Post('move')
  @HttpCode(200)
  async move(
    @CurrentServer() server: ServerScope,
    @Body() dto: MoveFilesDto,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.changes.move({ server, ipAddress }, dto);
    return SUCCESS;
  }

  /** Copy a file to a name beside it */
  @Post('copy')
  @HttpCode(200)
  @ApiErrors(429)
  copy(
    @CurrentServer() server: ServerScope,
    @Body() { path }: FilePathDto,
    @ClientAddress() ipAddress: string,
  ): Promise<FileWork> {
    return this.changes.copy({ server, ipAddress }, ServerPath.of(path));
  }

  /** Change the rights of files */
  @Post('chmod')
  @HttpCode(200)
  async changeModes(
    @CurrentServer() server: ServerScope,
    @Body() dto: ChangeModesDto,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.changes.changeModes({ server, ipAddress }, dto);
    return SUCCESS;
  }

  /** Let the node download a public address into a directory; it goes on after the answer */
  @Post('pull')
  @HttpCode(200)
  @RateLimited('filePull')
  async pull(
    @CurrentServer() server: ServerScope,
    @Body() dto: PullFileDto,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.changes.pull({ server, ipAddress }, dto);
    return SUCCESS;
  }
}
