import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { EndpointUsage } from '../../identity/usage/dto/usage.dto.js';
import { CurrentOrganisation, OrganisationPermission } from '../access/organisation-permission.decorator.js';
import { OrganisationScope } from '../access/organisation-scope.js';
import { OrganisationUsage } from './organisation-usage.service.js';

@ApiTags('SOC')
@Controller('api/soc/usage')
export class OrganisationUsageController {
  constructor(private readonly usage: OrganisationUsage) {}

  /**
   * Show how often the members of an organisation called which route
   *
   * All of them together; who called what is not told.
   */
  @Get('org/:id')
  @OrganisationPermission('usage', { key: 'org:read' })
  ofOrganisation(@CurrentOrganisation() organisation: OrganisationScope): Promise<EndpointUsage[]> {
    return this.usage.of(organisation);
  }
}
