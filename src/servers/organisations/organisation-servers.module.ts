import { Module } from '@nestjs/common';
import { OrganisationAccessModule } from '../../organisations/access/organisation-access.module.js';
import { OrganisationServersController } from './organisation-servers.controller.js';
import { OrganisationServers } from './organisation-servers.service.js';

@Module({
  imports: [OrganisationAccessModule],
  controllers: [OrganisationServersController],
  providers: [OrganisationServers],
})
export class OrganisationServersModule {}
