import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Files, MultipartForm } from '../../common/files/multipart-form.js';
import type { FormFiles } from '../../common/files/multipart-form.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import {
  ChangedIdVerificationResponse,
  IdVerificationResponse,
  SetIdVerificationDto,
  SubmittedIdVerificationResponse,
} from './dto/id-verification.dto.js';
import { IdVerificationReview } from './id-verification-review.service.js';
import { IdVerifications } from './id-verifications.service.js';

const RECORD_ID = new RowIdPipe('Not found');
const FORM = {
  files: { idDocument: 'JPEG, PNG, WebP or PDF of an identity document', selfie: 'JPEG, PNG or WebP of its holder' },
  maximumBytes: 10 * 1_048_576,
};

@ApiTags('Identity verification')
@Controller('api/id-verification')
export class IdVerificationController {
  constructor(
    private readonly verifications: IdVerifications,
    private readonly review: IdVerificationReview,
  ) {}

  /**
   * Send an identity document and a selfie for review
   *
   * The files are kept sealed, and only staff with `id-docs:read` opens them. One verification of an account waits at a
   * time; who is verified sends no more.
   */
  @Post()
  @HttpCode(200)
  @SessionOnly()
  @RateLimited('idVerification')
  @MultipartForm(FORM)
  submit(
    @Caller() caller: UserPrincipal,
    @Files() files: FormFiles,
    @ClientAddress() ip: string,
  ): Promise<SubmittedIdVerificationResponse> {
    return this.verifications.submit(caller, files, ip);
  }

  /**
   * Read the latest verification of an account
   *
   * The id is that of the account (`me` or a number): one's own; with `idverification:read` those of others.
   */
  @Get(':id')
  @SessionOnly()
  @ApiErrors(404)
  latest(@Caller() caller: UserPrincipal, @Param('id') id: string): Promise<IdVerificationResponse> {
    return this.verifications.latest(caller, id);
  }

  /**
   * Set the status of a verification
   *
   * The id is that of the record. The account counts as verified while one of its records is; the owner gets a mail.
   */
  @Put(':id')
  @RequirePermission('idverification:write', 'Forbidden')
  @ApiErrors(404, 409)
  set(
    @Caller() caller: UserPrincipal,
    @Param('id', RECORD_ID) id: number,
    @Body() body: SetIdVerificationDto,
    @ClientAddress() ip: string,
  ): Promise<ChangedIdVerificationResponse> {
    return this.review.set(caller, id, body.status, ip);
  }

  /**
   * Delete a verification with its documents
   *
   * The id is that of the record. The account is not verified any more, unless another record says so.
   */
  @Delete(':id')
  @RequirePermission('idverification:write', 'Forbidden')
  @ApiErrors(404)
  delete(
    @Caller() caller: UserPrincipal,
    @Param('id', RECORD_ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.review.delete(caller, id, ip);
  }
}
