import { Controller, Get, Param, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { answerPrivately } from '../../common/files/file-answers.js';
import { FILE_KINDS } from '../../common/files/file-kind.js';
import { IdDocuments } from './id-documents.service.js';

const binary = { schema: { type: 'string', format: 'binary' } } as const;
const { jpeg, png, webp, pdf } = FILE_KINDS;

@ApiTags('Identity verification')
@Controller('uploads/id-docs')
export class IdDocumentsController {
  constructor(private readonly documents: IdDocuments) {}

  /**
   * Open an identity document
   *
   * Opened on the fly, kept nowhere, and every look is written to the log.
   */
  @Get(':name')
  @RequirePermission('id-docs:read', 'Forbidden')
  @ApiOkResponse({
    content: Object.fromEntries([jpeg, png, webp, pdf].map(({ contentType }) => [contentType, binary])),
  })
  @ApiErrors(404)
  async open(
    @Caller() caller: UserPrincipal,
    @Param('name') name: string,
    @ClientAddress() ip: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    return answerPrivately(await this.documents.open(caller, name, ip), response);
  }
}
