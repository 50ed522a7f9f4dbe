import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SuccessResponse } from '../../identity/dto/success.dto.js';
import { AcceptedInvite, AcceptInviteDto, OwnInvite } from './dto/invitations.dto.js';
import { InvitationAnswers } from './invitation-answers.service.js';

const INVITE_ID = new RowIdPipe('Invite not found');

/** Invitations to other people's organisations. */
@ApiTags('Organisations')
@Controller('api/organisations')
export class InvitationAnswersController {
  constructor(private readonly answers: InvitationAnswers) {}

  /** List one's open invitations to organisations */
  @Get('invites')
  @Authenticated({ key: 'org:read' })
  list(@Caller() caller: UserPrincipal): Promise<OwnInvite[]> {
    return this.answers.list(caller);
  }

  /**
   * Accept an invitation by its mailed link
   *
   * Only with the account whose address it was sent to.
   */
  @Post('accept-invite')
  @HttpCode(200)
  @Authenticated({ key: 'org:write' })
  @RateLimited('organisationAccept')
  @ApiErrors(400)
  acceptByLink(
    @Caller() caller: UserPrincipal,
    @Body() { token }: AcceptInviteDto,
    @ClientAddress() address: string,
  ): Promise<AcceptedInvite> {
    return this.answers.acceptByLink(caller, token, address);
  }

  /**
   * Accept an invitation to an organisation
   *
   * Only with a verified address.
   */
  @Post('invites/:inviteId/accept')
  @HttpCode(200)
  @Authenticated({ key: 'org:write' })
  @ApiErrors(404)
  accept(
    @Caller() caller: UserPrincipal,
    @Param('inviteId', INVITE_ID) id: number,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    return this.answers.acceptById(caller, id, address);
  }

  /**
   * Reject an invitation to an organisation
   *
   * Only with a verified address.
   */
  @Post('invites/:inviteId/reject')
  @HttpCode(200)
  @Authenticated({ key: 'org:write' })
  @ApiErrors(404)
  reject(
    @Caller() caller: UserPrincipal,
    @Param('inviteId', INVITE_ID) id: number,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    return this.answers.reject(caller, id, address);
  }
}
