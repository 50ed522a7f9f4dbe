import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CurrentOrganisation,
  OrganisationPermission,
} from '../../organisations/access/organisation-permission.decorator.js';
import { OrganisationScope } from '../../organisations/access/organisation-scope.js';
import { OrganisationServer } from './dto/organisation-server.dto.js';
import { OrganisationServers } from './organisation-servers.service.js';

@ApiTags('Organisations')
@Controller('api/organisations/:id/servers')
export class OrganisationServersController {
  constructor(private readonly servers: OrganisationServers) {}

  /**
   * List the servers on the nodes of an organisation
   *
   * For its members and holders of `org:read`. Answered from the last-known state.
   */
  @Get()
  @OrganisationPermission('servers', { key: 'org:read' })
  list(@CurrentOrganisation() organisation: OrganisationScope): Promise<OrganisationServer[]> {
    return this.servers.list(organisation);
  }
}
