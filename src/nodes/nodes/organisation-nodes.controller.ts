import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CurrentOrganisation,
  OrganisationPermission,
} from '../../organisations/access/organisation-permission.decorator.js';
import { OrganisationScope } from '../../organisations/access/organisation-scope.js';
import { OrganisationNodeResponse } from './dto/node-response.dto.js';
import { NodeListing } from './node-listing.service.js';

@ApiTags('Organisations')
@Controller('api/organisations/:id/nodes')
export class OrganisationNodesController {
  constructor(private readonly listing: NodeListing) {}

  /**
   * List the nodes of an organisation
   *
   * For its members and holders of `org:read` or `nodes:read`.
   */
  @Get()
  @OrganisationPermission('nodes', { key: 'org:read' })
  list(@CurrentOrganisation() organisation: OrganisationScope): Promise<OrganisationNodeResponse[]> {
    return this.listing.ofOrganisation(organisation.id);
  }
}
