import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Authenticated, Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SuccessResponse } from '../../identity/dto/success.dto.js';
import { CurrentOrganisation, OrganisationPermission } from '../access/organisation-permission.decorator.js';
import { OrganisationScope } from '../access/organisation-scope.js';
import {
  CreatedOrganisation,
  CreateOrganisationDto,
  HandleTaken,
  OrganisationListQuery,
  OrganisationResult,
  OrganisationView,
  SelectedOrganisation,
  UpdateOrganisationDto,
} from './dto/organisation.dto.js';
import { OrganisationListing } from './organisation-listing.service.js';
import { Organisations } from './organisations.service.js';

const VIEWS = { type: 'array', items: { $ref: getSchemaPath(OrganisationView) } };

/** Workspaces of several people. */
@ApiTags('Organisations')
@ApiExtraModels(OrganisationView, HandleTaken)
@Controller('api/organisations')
export class OrganisationsController {
  constructor(
    private readonly listing: OrganisationListing,
    private readonly organisations: Organisations,
  ) {}

  /**
   * List one's own organisations
   *
   * With `checkHandle` only whether that handle is taken.
   */
  @Get()
  @Authenticated({ key: 'org:read' })
  @ApiOkResponse({ schema: { oneOf: [VIEWS, { $ref: getSchemaPath(HandleTaken) }] } })
  @ApiErrors(400)
  list(
    @Caller() { userId }: UserPrincipal,
    @Query() { checkHandle }: OrganisationListQuery,
  ): Promise<OrganisationView[] | HandleTaken> {
    return checkHandle === undefined ? this.listing.own(userId) : this.listing.handleTaken(checkHandle);
  }

  /**
   * Found an organisation
   *
   * For holders of `org:create` and accounts of the portals paid and enterprise; the caller becomes its owner.
   */
  @Post()
  @HttpCode(200)
  @Authenticated({ key: 'org:create' })
  @RateLimited('organisationCreate')
  @Idempotent()
  @ApiErrors(400)
  create(
    @Caller() caller: UserPrincipal,
    @Body() dto: CreateOrganisationDto,
    @ClientAddress() address: string,
  ): Promise<CreatedOrganisation> {
    return this.organisations.create(caller, dto, address);
  }

  /**
   * Get an organisation with its members
   *
   * For its members and holders of `org:read`; its invitations only for those who manage it.
   */
  @Get(':id')
  @OrganisationPermission('read', { key: 'org:read' })
  get(@CurrentOrganisation() organisation: OrganisationScope): Promise<OrganisationView> {
    return this.listing.one(organisation);
  }

  /**
   * Change an organisation
   *
   * For its owner and holders of `org:write`; the portal only for the latter.
   */
  @Put(':id')
  @OrganisationPermission('update', { key: 'org:write' })
  @RateLimited('organisationUpdate')
  @ApiErrors(400)
  update(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Body() dto: UpdateOrganisationDto,
    @ClientAddress() address: string,
  ): Promise<OrganisationResult> {
    return this.organisations.update(organisation, dto, address);
  }

  /**
   * Delete an organisation
   *
   * With its memberships and invitations; 400 while a node belongs to it.
   */
  @Delete(':id')
  @OrganisationPermission('delete', { key: 'org:write' })
  @ApiErrors(400)
  remove(
    @CurrentOrganisation() organisation: OrganisationScope,
    @ClientAddress() address: string,
  ): Promise<SuccessResponse> {
    return this.organisations.remove(organisation, address);
  }

  /** Choose the organisation that one's sessions show */
  @Post(':id/select')
  @HttpCode(200)
  @OrganisationPermission('membership', { key: 'org:write' })
  select(@CurrentOrganisation() organisation: OrganisationScope): Promise<SelectedOrganisation> {
    return this.organisations.select(organisation);
  }
}
