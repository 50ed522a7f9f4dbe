import { Controller, Get, Param, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Authenticated, Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { answerPrivately } from '../../common/files/file-answers.js';
import { UserDocuments } from './user-documents.service.js';

@ApiTags('Users')
@Controller('uploads/user-documents')
export class UserDocumentsController {
  constructor(private readonly documents: UserDocuments) {}

  /**
   * Save a document of an account
   *
   * One's own; with `admin:users:documents` those of others.
   */
  @Get(':ownerId/:document')
  @Authenticated()
  @ApiOkResponse({ content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } } })
  @ApiErrors(404)
  async open(
    @Caller() caller: UserPrincipal,
    @Param('ownerId') ownerId: string,
    @Param('document') document: string,
    @ClientAddress() ip: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    return answerPrivately(await this.documents.open(caller, ownerId, document, ip), response);
  }
}
