import { Controller, Get, Param, Redirect, Req, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { answerDownload, answerText, forEverywhere } from '../files/file-downloads.js';
import { CONTENTS_MAXIMUM_BYTES } from '../files/files.service.js';
import { PublicShare } from './dto/shares.dto.js';
import { SharedFiles } from './shared-files.service.js';

const BYTES = { schema: { type: 'string', format: 'binary' } } as const;

/** Shared files, for whoever has the link. Nothing in them runs: they are sent to be saved, in a sandbox. */
@ApiTags('Files')
@Controller('public/share/:token')
@Public()
@ApiErrors(404, 410)
export class SharedFilesController {
  constructor(private readonly files: SharedFiles) {}

  /** Show what a link leads to */
  @Get()
  @RateLimited('fileShare')
  show(@Param('token') token: string): Promise<PublicShare> {
    return this.files.show(token);
  }

  /** Read a shared file as text, up to 10 MiB */
  @Get('content')
  @RateLimited('fileShare')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @ApiErrors(400, 409, 413, 429, 502, 504)
  async content(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const { stream } = await this.files.open(token, CONTENTS_MAXIMUM_BYTES);
    return forEverywhere(answerText(stream, CONTENTS_MAXIMUM_BYTES, response), response);
  }

  /** Download a shared file from its node */
  @Get('download')
  @RateLimited('fileShare')
  @Redirect()
  @ApiResponse({ status: 302, description: 'Where the node gives the file out, once.', content: { 'text/plain': {} } })
  @ApiErrors(502)
  async download(@Param('token') token: string): Promise<{ url: string; statusCode: number }> {
    return { url: await this.files.redirect(token), statusCode: 302 };
  }

  /** Get the bytes of a shared file, for the elements of a page that show pictures and films */
  @Get('media')
  @RateLimited('fileShare')
  @ApiOkResponse({ content: { '*/*': BYTES } })
  @ApiResponse({ status: 206, description: 'The part that was asked for.', content: { '*/*': BYTES } })
  @ApiErrors(400, 409, 416, 429, 502, 504)
  async media(
    @Param('token') token: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const { name, stream } = await this.files.open(token);
    return forEverywhere(answerDownload(stream, name, request, response), response);
  }
}
