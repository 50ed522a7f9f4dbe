import { Module } from '@nestjs/common';
import { OrganisationAccessModule } from './access/organisation-access.module.js';
import { OrganisationActivityModule } from './activity/organisation-activity.module.js';
import { InvitationsModule } from './invitations/invitations.module.js';
import { MembersModule } from './members/members.module.js';
import { OrganisationUsageModule } from './usage/organisation-usage.module.js';
import { OrganisationsResourceModule } from './organisations/organisations-resource.module.js';

/** Workspaces of several people: organisations, their members and invitations. */
@Module({
  // Invitations stand before `:id`.
  imports: [
    InvitationsModule,
    OrganisationsResourceModule,
    MembersModule,
    OrganisationActivityModule,
    OrganisationUsageModule,
    OrganisationAccessModule,
  ],
  exports: [OrganisationAccessModule],
})
export class OrganisationsModule {}
