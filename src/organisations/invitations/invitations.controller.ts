import { Body, Controller, Delete, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentOrganisation, OrganisationPermission } from '../access/organisation-permission.decorator.js';
import { OrganisationScope } from '../access/organisation-scope.js';
import { InviteDto, SentInvite } from './dto/invitations.dto.js';
import { Invitations } from './invitations.service.js';

const INVITE_ID = new RowIdPipe('Invite not found');

/** Invitations of an organisation; for its owner, its administrators and holders of `org:write`. */
@ApiTags('Organisations')
@Controller('api/organisations/:id/invite')
export class InvitationsController {
  constructor(private readonly invitations: Invitations) {}

  /**
   * Invite somebody to an organisation
   *
   * Sends a link that works once, for seven days. Only the owner makes administrators. At most 50 a day and organisation.
   */
  @Post()
  @HttpCode(200)
  @OrganisationPermission('invite', { key: 'org:invite' })
  @RateLimited('organisationInvite')
  @Idempotent()
  @ApiErrors(400)
  invite(
    @Caller() caller: UserPrincipal,
    @CurrentOrganisation() organisation: OrganisationScope,
    @Body() dto: InviteDto,
    @ClientAddress() address: string,
  ): Promise<SentInvite> {
    return this.invitations.invite(caller, organisation, dto, address);
  }

  /**
   * Send an invitation again
   *
   * With a new link; the one before stops working. Once a minute.
   */
  @Post(':inviteId/resend')
  @HttpCode(200)
  @OrganisationPermission('invite', { key: 'org:invite' })
  @ApiErrors(400)
  resend(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Param('inviteId', INVITE_ID) inviteId: number,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    return this.invitations.resend(organisation, inviteId, address);
  }

  /** Revoke an invitation */
  @Delete(':inviteId')
  @OrganisationPermission('invite', { key: 'org:invite' })
  revoke(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Param('inviteId', INVITE_ID) inviteId: number,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    return this.invitations.revoke(organisation, inviteId, address);
  }
}
