import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import { FileGrant, FilePathDto, UploadQuery, WriteFileDto } from './dto/files.dto.js';
import { FileUploads } from './file-uploads.service.js';
import { LargeJson } from './large-json.js';
import { ServerPath } from './server-path.js';

/** Bytes that go into the files of a server. */
@ApiTags('Files')
@Controller('api/servers/:id/files')
export class FileUploadsController {
  constructor(private readonly uploads: FileUploads) {}

  /** Write a text file */
  @Post('write')
  @HttpCode(200)
  @ServerPermission('files', { key: 'files:write' })
  @LargeJson()
  @ApiErrors(400, 408, 409, 413, 415, 429, 502, 504)
  async write(
    @Caller() caller: UserPrincipal,
    @CurrentServer() server: ServerScope,
    @Body() { path, content }: WriteFileDto,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.uploads.write({ caller, server, ipAddress }, ServerPath.of(path), content);
    return SUCCESS;
  }

  /** Write a text file (as the public documentation spells it) */
  @Put('write')
  @ServerPermission('files', { key: 'files:write' })
  @LargeJson()
  @ApiErrors(400, 408, 409, 413, 415, 429, 502, 504)
  replace(
    @Caller() caller: UserPrincipal,
    @CurrentServer() server: ServerScope,
    @Body() dto: WriteFileDto,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    return this.write(caller, server, dto, ipAddress);
  }

  /**
   * Upload a file
   *
   * The body is the file. `path`, or the header `x-path`, is where it goes.
   */
  @Post('upload')
  @HttpCode(200)
  @ServerPermission('files', { key: 'files:write' })
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiErrors(400, 408, 409, 411, 413, 415, 429, 502, 504)
  async upload(
    @Caller() caller: UserPrincipal,
    @CurrentServer() server: ServerScope,
    @Query() { path }: UploadQuery,
    @Req() request: Request,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.uploads.upload({ caller, server, ipAddress }, path, request);
    return SUCCESS;
  }

  /**
   * Get where to upload files to the node itself
   *
   * As `multipart/form-data` with fields `files`; `directory` goes into the query. Good for 15 minutes.
   */
  @Get('upload-token')
  @ServerPermission('files', { key: 'files:write' })
  @ApiErrors(409, 502)
  grant(@Caller() caller: UserPrincipal, @CurrentServer() server: ServerScope): Promise<FileGrant> {
    return this.uploads.grant(caller, server);
  }

  /** Put a former content of a file back */
  @Post('revisions/:revisionId/restore')
  @HttpCode(200)
  @ServerPermission('files', { key: 'files:write' })
  @ApiErrors(400, 408, 409, 413, 429, 502, 504)
  async restore(
    @Caller() caller: UserPrincipal,
    @CurrentServer() server: ServerScope,
    @Param('revisionId') id: string,
    @Body() { path }: FilePathDto,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    await this.uploads.restore({ caller, server, ipAddress }, id, ServerPath.of(path));
    return SUCCESS;
  }
}
