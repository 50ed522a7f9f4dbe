import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientAddress } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentOrganisation, OrganisationPermission } from '../access/organisation-permission.decorator.js';
import { OrganisationScope } from '../access/organisation-scope.js';
import { OrganisationMemberItem } from '../organisations/dto/organisation.dto.js';
import { AddUserDto, AddUserResult, ChangedRole, ChangeRoleDto } from './dto/members.dto.js';
import { MemberAdditions } from './member-additions.service.js';
import { Members } from './members.service.js';

const USER_ID = new RowIdPipe('User not found in org');

/** Who belongs to an organisation. */
@ApiTags('Organisations')
@Controller('api/organisations/:id')
export class MembersController {
  constructor(
    private readonly members: Members,
    private readonly additions: MemberAdditions,
  ) {}

  /**
   * List the members of an organisation
   *
   * For its owner, its administrators and holders of `org:read`.
   */
  @Get('users')
  @OrganisationPermission('users', { key: 'org:read' })
  list(@CurrentOrganisation() organisation: OrganisationScope): Promise<OrganisationMemberItem[]> {
    return this.members.list(organisation);
  }

  /**
   * Change the role of a member
   *
   * For the owner, administrators and holders of `org:write`. The role `owner` hands the organisation over, which
   * administrators cannot; the owner before becomes an administrator.
   */
  @Put('users/:userId/role')
  @OrganisationPermission('members', { key: 'org:write' })
  @RateLimited('organisationRole')
  @ApiErrors(400)
  changeRole(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Param('userId', USER_ID) userId: number,
    @Body() { orgRole }: ChangeRoleDto,
    @ClientAddress() address: string,
  ): Promise<ChangedRole> {
    return this.members.changeRole(organisation, userId, orgRole, address);
  }

  /**
   * Change the role of a member (the same as PUT)
   *
   * Both methods are documented for clients.
   */
  @Post('users/:userId/role')
  @HttpCode(200)
  @OrganisationPermission('members', { key: 'org:write' })
  @RateLimited('organisationRole')
  @ApiErrors(400)
  changeRoleByPost(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Param('userId', USER_ID) userId: number,
    @Body() { orgRole }: ChangeRoleDto,
    @ClientAddress() address: string,
  ): Promise<ChangedRole> {
    return this.members.changeRole(organisation, userId, orgRole, address);
  }

  /**
   * Remove a member
   *
   * He also loses his access to servers on the organisation's nodes. Never the owner.
   */
  @Delete('users/:userId')
  @OrganisationPermission('members', { key: 'org:write' })
  remove(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Param('userId', USER_ID) userId: number,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    return this.members.remove(organisation, userId, address);
  }

  /**
   * Add somebody without an invitation
   *
   * Only for holders of `org:write`. The person is told by mail.
   */
  @Post('add-user')
  @HttpCode(200)
  @OrganisationPermission('add-user', { key: 'org:write' })
  @Idempotent()
  @ApiErrors(400)
  add(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Body() dto: AddUserDto,
    @ClientAddress() address: string,
  ): Promise<AddUserResult> {
    return this.additions.add(organisation, dto, address);
  }

  /**
   * Leave an organisation
   *
   * The owner must hand it over first.
   */
  @Post('leave')
  @HttpCode(200)
  @OrganisationPermission('membership', { key: 'org:write' })
  leave(
    @CurrentOrganisation() organisation: OrganisationScope,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    return this.members.leave(organisation, address);
  }
}
