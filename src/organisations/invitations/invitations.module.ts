import { Module } from '@nestjs/common';
import { OrganisationAccessModule } from '../access/organisation-access.module.js';
import { InvitationAnswersController } from './invitation-answers.controller.js';
import { InvitationAnswers } from './invitation-answers.service.js';
import { InvitationsController } from './invitations.controller.js';
import { Invitations } from './invitations.service.js';

@Module({
  imports: [OrganisationAccessModule],
  controllers: [InvitationAnswersController, InvitationsController],
  providers: [InvitationAnswers, Invitations],
})
export class InvitationsModule {}
