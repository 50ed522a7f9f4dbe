import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { DeletionDecisions } from './deletion-decisions.service.js';
import {
  AdminDeletionResponse,
  DecideDeletionDto,
  DeletionDecisionResponse,
  DeletionListQuery,
} from './dto/deletion-requests.dto.js';

const REQUEST_ID = new RowIdPipe('Not found');

@ApiTags('Account deletion')
@RequirePermission(['admin:access', 'deletions:write'])
@Controller('api/admin/deletions')
export class DeletionRequestsAdminController {
  constructor(private readonly decisions: DeletionDecisions) {}

  /**
   * List requests to delete accounts, newest first
   *
   * `waitingFor` says what keeps an account from being deleted, such as servers that it still owns.
   */
  @Get()
  @ApiErrors(400)
  list(@Query() query: DeletionListQuery): Promise<AdminDeletionResponse[]> {
    return this.decisions.list(query);
  }

  /**
   * Approve or reject a request
   *
   * Only while it is pending. An approved account is closed at once and deleted after 14 days.
   */
  @Put(':id')
  @ApiErrors(400, 404, 409)
  decide(
    @Caller() caller: UserPrincipal,
    @Param('id', REQUEST_ID) id: number,
    @Body() body: DecideDeletionDto,
    @ClientAddress() ip: string,
  ): Promise<DeletionDecisionResponse> {
    return this.decisions.decide(caller, id, body.status, ip);
  }

  /**
   * Delete the account of an approved request now
   *
   * 409 while something keeps the account.
   */
  @Post(':id/expedite')
  @HttpCode(200)
  @ApiErrors(400, 404, 409)
  expedite(
    @Caller() caller: UserPrincipal,
    @Param('id', REQUEST_ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<DeletionDecisionResponse> {
    return this.decisions.expedite(caller, id, ip);
  }

  /**
   * Cancel an approved request
   *
   * The account is as before; a suspension that it had already stays.
   */
  @Post(':id/cancel')
  @HttpCode(200)
  @ApiErrors(400, 404)
  cancel(
    @Caller() caller: UserPrincipal,
    @Param('id', REQUEST_ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<DeletionDecisionResponse> {
    return this.decisions.cancel(caller, id, ip);
  }
}
