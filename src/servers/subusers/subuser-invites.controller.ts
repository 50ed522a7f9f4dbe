import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SUCCESS, SuccessResponse } from '../../identity/dto/success.dto.js';
import { SubuserEntry, SubuserInvite } from './dto/subuser.dto.js';
import { SubuserInvites } from './subuser-invites.service.js';

const INVITE_ID = new RowIdPipe('Invite not found');

/** Invitations to other people's servers. */
@ApiTags('Subusers')
@Authenticated()
@Controller('api/subusers/invites')
export class SubuserInvitesController {
  constructor(private readonly invites: SubuserInvites) {}

  /** List one's open invitations */
  @Get()
  list(@Caller() caller: UserPrincipal): Promise<SubuserInvite[]> {
    return this.invites.list(caller.userId);
  }

  /** Accept an invitation */
  @Post(':inviteId/accept')
  @HttpCode(200)
  @ApiErrors(404)
  accept(
    @Caller() caller: UserPrincipal,
    @Param('inviteId', INVITE_ID) id: number,
    @ClientAddress() address: string,
  ): Promise<SubuserEntry> {
    return this.invites.accept(caller.userId, id, address);
  }

  /** Reject an invitation */
  @Post(':inviteId/reject')
  @HttpCode(200)
  @ApiErrors(404)
  async reject(
    @Caller() caller: UserPrincipal,
    @Param('inviteId', INVITE_ID) id: number,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    await this.invites.reject(caller.userId, id, address);
    return SUCCESS;
  }
}
