import { Module } from '@nestjs/common';
import { EmailVerificationModule } from '../email-verification/email-verification.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountDeletion } from './account-deletion.service.js';
import { DeletionCancellations } from './deletion-cancellations.js';
import { DeletionDecisions } from './deletion-decisions.service.js';
import { DeletionNotices } from './deletion-notices.service.js';
import { DeletionRequestsAdminController } from './deletion-requests.admin.controller.js';
import { DeletionRequestsController } from './deletion-requests.controller.js';
import { DeletionRequests } from './deletion-requests.service.js';

/** Deletion of accounts: wish, decision, grace period, execution. */
@Module({
  imports: [PrincipalsModule, UsersModule, EmailVerificationModule],
  controllers: [DeletionRequestsController, DeletionRequestsAdminController],
  providers: [AccountDeletion, DeletionCancellations, DeletionDecisions, DeletionNotices, DeletionRequests],
  exports: [DeletionNotices],
})
export class DeletionRequestsModule {}
