import { Module } from '@nestjs/common';
import { OrganisationAccessModule } from '../access/organisation-access.module.js';
import { Departures } from './departures.service.js';
import { MemberAdditions } from './member-additions.service.js';
import { MemberErasure } from './member-erasure.js';
import { MemberRecords } from './member-records.js';
import { MembersController } from './members.controller.js';
import { Members } from './members.service.js';

@Module({
  imports: [OrganisationAccessModule],
  controllers: [MembersController],
  providers: [Departures, MemberAdditions, MemberErasure, MemberRecords, Members],
})
export class MembersModule {}
