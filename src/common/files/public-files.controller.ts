import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../access/decorators.js';
import { ApiErrors } from '../errors/api-errors.js';
import { RateLimited } from '../throttling/rate-limit.decorator.js';
import { answerPublicly } from './file-answers.js';
import { PublicFiles } from './public-files.js';

@ApiTags('Files')
@Controller('uploads')
@Public()
export class PublicFilesController {
  constructor(private readonly files: PublicFiles) {}

  /**
   * Show a public picture
   *
   * Addresses come from `avatarUrl`; they change with the picture, so that browsers may keep it for ever.
   */
  @Get(':file')
  @RateLimited('publicFile')
  @ApiOkResponse({ content: { 'image/webp': { schema: { type: 'string', format: 'binary' } } } })
  @ApiResponse({ status: 304, description: 'The picture that `If-None-Match` names has not changed.' })
  @ApiErrors(404)
  async show(
    @Param('file') file: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    return answerPublicly(await this.files.find(file), request, response);
  }
}
