import { Module } from '@nestjs/common';
import { RolloutsModule } from '../rollouts/rollouts.module.js';
import { FeedbackAdministration } from './feedback-administration.service.js';
import { FeedbackAdminController } from './feedback.admin.controller.js';
import { FeedbackController } from './feedback.controller.js';
import { Feedback } from './feedback.service.js';
import { PublicFeedbackController } from './public-feedback.controller.js';

/** What people think of the panel. */
@Module({
  imports: [RolloutsModule],
  controllers: [FeedbackController, FeedbackAdminController, PublicFeedbackController],
  providers: [Feedback, FeedbackAdministration],
})
export class FeedbackModule {}
