import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import {
  ChangedIdVerificationResponse,
  DecideIdVerificationDto,
  IdVerificationQuery,
  ListedIdVerificationResponse,
} from './dto/id-verification.dto.js';
import { IdVerificationReview } from './id-verification-review.service.js';

const RECORD_ID = new RowIdPipe('Not found');

@ApiTags('Identity verification')
@Controller('api/admin/verifications')
export class IdVerificationsAdminController {
  constructor(private readonly review: IdVerificationReview) {}

  /**
   * List verifications, newest first
   *
   * Addresses of documents are there for callers who hold `admin:kyc:view:id` and `id-docs:read`.
   */
  @Get()
  @RequirePermission(['admin:access', 'admin:kyc:view'])
  @ApiErrors(400)
  list(@Caller() caller: UserPrincipal, @Query() query: IdVerificationQuery): Promise<ListedIdVerificationResponse[]> {
    return this.review.list(caller, query);
  }

  /** Accept or refuse a verification */
  @Put(':id')
  @RequirePermission(['admin:access', 'admin:kyc:manage'])
  @ApiErrors(404)
  decide(
    @Caller() caller: UserPrincipal,
    @Param('id', RECORD_ID) id: number,
    @Body() body: DecideIdVerificationDto,
    @ClientAddress() ip: string,
  ): Promise<ChangedIdVerificationResponse> {
    return this.review.set(caller, id, body.status, ip);
  }

  /**
   * Remove the documents of a verification
   *
   * The record stays. One that was still waiting has failed then: its owner can send others.
   */
  @Delete(':id')
  @RequirePermission(['admin:access', 'admin:kyc:manage'])
  @ApiErrors(404)
  removeDocuments(
    @Caller() caller: UserPrincipal,
    @Param('id', RECORD_ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<ChangedIdVerificationResponse> {
    return this.review.removeDocuments(caller, id, ip);
  }
}
