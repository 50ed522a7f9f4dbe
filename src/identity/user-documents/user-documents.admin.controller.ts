import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { notFound } from '../../common/errors/panel-error.js';
import { Files, MultipartForm } from '../../common/files/multipart-form.js';
import type { FormFiles } from '../../common/files/multipart-form.js';
import { SuccessResponse } from '../dto/success.dto.js';
import {
  UploadedUserDocumentResponse,
  UserDocumentFieldsDto,
  UserDocumentsResponse,
} from './dto/user-documents.dto.js';
import { UserDocuments } from './user-documents.service.js';

const DOCUMENT_ID = new ParseUUIDPipe({ exceptionFactory: () => notFound('Not found', 'user_documents.not_found') });
const FORM = {
  files: { file: 'A PDF' },
  texts: { name: 'What it is called; at most 128 characters', description: 'What it is; at most 256 characters' },
  maximumBytes: 15 * 1_048_576,
};

@ApiTags('Users')
@RequirePermission(['admin:access', 'admin:users:documents'])
@Controller('api/admin/users/:id/documents')
export class UserDocumentsAdminController {
  constructor(private readonly documents: UserDocuments) {}

  /** List the documents of an account */
  @Get()
  @ApiErrors(404)
  list(@Caller() caller: UserPrincipal, @Param('id') id: string): Promise<UserDocumentsResponse> {
    return this.documents.list(caller, id);
  }

  /**
   * Add a document to an account
   *
   * Its owner sees it. Kept sealed; at most 30 of an account.
   */
  @Post()
  @HttpCode(200)
  @MultipartForm(FORM)
  @ApiErrors(404, 409)
  upload(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Files() files: FormFiles,
    @Body() fields: UserDocumentFieldsDto,
    @ClientAddress() ip: string,
  ): Promise<UploadedUserDocumentResponse> {
    return this.documents.upload(caller, id, files['file'], fields, ip);
  }

  /** Delete a document of an account */
  @Delete(':documentId')
  @ApiErrors(404)
  delete(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Param('documentId', DOCUMENT_ID) documentId: string,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.documents.delete(caller, id, documentId, ip);
  }
}
