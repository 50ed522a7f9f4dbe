import { Module } from '@nestjs/common';
import { OrganisationAccessModule } from '../access/organisation-access.module.js';
import { OrganisationActivityController } from './organisation-activity.controller.js';
import { OrganisationActivity } from './organisation-activity.service.js';

@Module({
  imports: [OrganisationAccessModule],
  controllers: [OrganisationActivityController],
  providers: [OrganisationActivity],
})
export class OrganisationActivityModule {}
