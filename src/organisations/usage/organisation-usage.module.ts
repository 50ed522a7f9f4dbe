import { Module } from '@nestjs/common';
import { OrganisationAccessModule } from '../access/organisation-access.module.js';
import { OrganisationUsageController } from './organisation-usage.controller.js';
import { OrganisationUsage } from './organisation-usage.service.js';

@Module({
  imports: [OrganisationAccessModule],
  controllers: [OrganisationUsageController],
  providers: [OrganisationUsage],
})
export class OrganisationUsageModule {}
