import { Module } from '@nestjs/common';
import { OrganisationAccessModule } from '../access/organisation-access.module.js';
import { OrganisationListing } from './organisation-listing.service.js';
import { OrganisationsController } from './organisations.controller.js';
import { Organisations } from './organisations.service.js';

@Module({
  imports: [OrganisationAccessModule],
  controllers: [OrganisationsController],
  providers: [OrganisationListing, Organisations],
})
export class OrganisationsResourceModule {}
