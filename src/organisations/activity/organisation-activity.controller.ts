import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { LogEntryResponse } from '../../identity/activity/dto/activity.dto.js';
import { CurrentOrganisation, OrganisationPermission } from '../access/organisation-permission.decorator.js';
import { OrganisationScope } from '../access/organisation-scope.js';
import { OrganisationActivityQuery } from './dto/organisation-activity.dto.js';
import { OrganisationActivity } from './organisation-activity.service.js';

/** For members and holders of `org:read` or `logs:read`; addresses only for those who manage the organisation. */
@ApiTags('Organisations')
@Controller('api/organisations/:id')
export class OrganisationActivityController {
  constructor(private readonly organisationActivity: OrganisationActivity) {}

  /** List what was done with an organisation, newest first */
  @Get('activity')
  @OrganisationPermission('activity', { key: 'org:read' })
  activity(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Query() query: OrganisationActivityQuery,
  ): Promise<LogEntryResponse[]> {
    return this.organisationActivity.list(organisation, query);
  }

  /** List the log of an organisation (the same as its activity) */
  @Get('logs')
  @OrganisationPermission('activity', { key: 'org:read' })
  logs(
    @CurrentOrganisation() organisation: OrganisationScope,
    @Query() query: OrganisationActivityQuery,
  ): Promise<LogEntryResponse[]> {
    return this.organisationActivity.list(organisation, query);
  }
}
