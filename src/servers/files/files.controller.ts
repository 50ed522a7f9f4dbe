import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Caller } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { CurrentServer, ServerPermission } from '../access/server-permission.decorator.js';
import { ServerScope } from '../access/server-scope.js';
import {
  DirectoryQuery,
  FileEntry,
  FileGrant,
  FileQuery,
  FileRevision,
  LargeDirectory,
  ListFilesQuery,
  RevisionQuery,
  RevisionsQuery,
} from './dto/files.dto.js';
import { answerDownload, answerText } from './file-downloads.js';
import { CONTENTS_MAXIMUM_BYTES, ServerFiles } from './files.service.js';
import { ServerPath } from './server-path.js';

const BYTES = { schema: { type: 'string', format: 'binary' } } as const;
const TEXT = { content: { 'text/plain': { schema: { type: 'string' } } } } as const;

/** The files of a server, read from its node. */
@ApiTags('Files')
@Controller('api/servers/:id/files')
export class FilesController {
  constructor(private readonly files: ServerFiles) {}

  /** List what is in a directory */
  @Get()
  @ServerPermission('files', { key: 'files:read' })
  @ApiErrors(400, 409, 502, 504)
  list(@CurrentServer() server: ServerScope, @Query() query: ListFilesQuery): Promise<FileEntry[]> {
    return this.files.list(server, ServerPath.of(query.path ?? query.directory ?? '/'));
  }

  /** Read a file as text, up to 10 MiB */
  @Get('contents')
  @ServerPermission('files', { key: 'files:read' })
  @ApiOkResponse(TEXT)
  @ApiErrors(400, 409, 413, 429, 502, 504)
  async contents(
    @CurrentServer() server: ServerScope,
    @Query() { path }: FileQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    return answerText(await this.files.contents(server, ServerPath.of(path)), CONTENTS_MAXIMUM_BYTES, response);
  }

  /** Download a file, or the part of it that `Range` asks for */
  @Get('download')
  @ServerPermission('files', { key: 'files:read' })
  @ApiOkResponse({ content: { '*/*': BYTES } })
  @ApiResponse({ status: 206, description: 'The part that was asked for.', content: { '*/*': BYTES } })
  @ApiErrors(400, 409, 416, 429, 502, 504)
  async download(
    @CurrentServer() server: ServerScope,
    @Query() query: FileQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const path = ServerPath.of(query.path);
    return answerDownload(await this.files.open(server, path), path.name, request, response);
  }

  /**
   * Get where to download a file from the node itself
   *
   * Good for one download within 5 minutes.
   */
  @Get('download-token')
  @ServerPermission('files', { key: 'files:read' })
  @ApiErrors(400, 502)
  downloadGrant(
    @Caller() caller: UserPrincipal,
    @CurrentServer() server: ServerScope,
    @Query() { path }: FileQuery,
  ): Promise<FileGrant> {
    return this.files.downloadGrant(caller, server, ServerPath.of(path));
  }

  /** List the former contents of a file; none on nodes that keep nothing */
  @Get('revisions')
  @ServerPermission('files', { key: 'files:read' })
  @ApiErrors(400, 409, 502, 504)
  revisions(@CurrentServer() server: ServerScope, @Query() { file }: RevisionsQuery): Promise<FileRevision[]> {
    return this.files.revisions(server, ServerPath.of(file));
  }

  /** Read a former content of a file as text */
  @Get('revisions/:revisionId')
  @ServerPermission('files', { key: 'files:read' })
  @ApiOkResponse(TEXT)
  @ApiErrors(400, 409, 413, 429, 502, 504)
  async revision(
    @CurrentServer() server: ServerScope,
    @Param('revisionId') id: string,
    @Query() { file }: RevisionQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const path = file === undefined ? undefined : ServerPath.of(file);
    return answerText(await this.files.openRevision(server, id, path), CONTENTS_MAXIMUM_BYTES, response);
  }

  /** List the largest directories in one; none on nodes that do not measure */
  @Get('largest-directories')
  @ServerPermission('files', { key: 'files:read' })
  @ApiErrors(400, 409, 502, 504)
  largest(@CurrentServer() server: ServerScope, @Query() { directory }: DirectoryQuery): Promise<LargeDirectory[]> {
    return this.files.largestDirectories(server, ServerPath.of(directory ?? '/'));
  }
}
