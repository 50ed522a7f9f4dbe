import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, Public, RequirePermission, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { DeletionDecisions } from './deletion-decisions.service.js';
import { DeletionRequests } from './deletion-requests.service.js';
import {
  CancelDeletionByLinkDto,
  DecideDeletionDto,
  DeletionDecisionResponse,
  DeletionRequestResponse,
  DeletionRequestResultResponse,
} from './dto/deletion-requests.dto.js';

const REQUEST_ID = new RowIdPipe('Not found');

@ApiTags('Account deletion')
@Controller('api/deletion-requests')
export class DeletionRequestsController {
  constructor(
    private readonly requests: DeletionRequests,
    private readonly decisions: DeletionDecisions,
  ) {}

  /** List one's own requests to delete the account, newest first */
  @SessionOnly()
  @Get()
  list(@Caller() caller: UserPrincipal): Promise<DeletionRequestResponse[]> {
    return this.requests.list(caller);
  }

  /**
   * Ask for the deletion of one's own account
   *
   * Staff decides; nothing else changes until then. The mail that confirms it holds a link that cancels it.
   */
  @SessionOnly()
  @Post()
  @HttpCode(200)
  @RateLimited('deletionRequest')
  @Idempotent()
  @ApiErrors(400)
  create(@Caller() caller: UserPrincipal, @ClientAddress() ip: string): Promise<DeletionRequestResultResponse> {
    return this.requests.create(caller, ip);
  }

  /**
   * Cancel the deletion of an account with the mailed link
   *
   * Works also when the account is closed already: it is as before then. The link works once.
   */
  @Public()
  @Post('cancel')
  @HttpCode(200)
  @RateLimited('deletionCancelLink')
  @ApiErrors(400)
  cancelByLink(@Body() body: CancelDeletionByLinkDto, @ClientAddress() ip: string): Promise<SuccessResponse> {
    return this.requests.cancelByLink(body.token, ip);
  }

  /** Cancel one's own request */
  @SessionOnly()
  @Delete(':id')
  @ApiErrors(400, 404)
  cancel(
    @Caller() caller: UserPrincipal,
    @Param('id', new RowIdPipe('Deletion request not found')) id: number,
    @ClientAddress() ip: string,
  ): Promise<DeletionRequestResultResponse> {
    return this.requests.cancel(caller, id, ip);
  }

  /**
   * Approve or reject a request
   *
   * Only while it is pending. An approved account is closed at once and deleted after 14 days.
   */
  @RequirePermission('deletions:write')
  @Put(':id')
  @ApiBody({ type: DecideDeletionDto })
  @ApiErrors(400, 404, 409)
  decide(
    @Caller() caller: UserPrincipal,
    @Param('id', REQUEST_ID) id: number,
    @Body() body: DecideDeletionDto,
    @ClientAddress() ip: string,
  ): Promise<DeletionDecisionResponse> {
    return this.decisions.decide(caller, id, body.status, ip);
  }
}
