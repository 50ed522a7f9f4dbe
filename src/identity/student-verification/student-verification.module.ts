import { Module } from '@nestjs/common';
import { ChallengesModule } from '../challenges/challenges.module.js';
import { GitHubModule } from '../github/github.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { StudentExpiry } from './student-expiry.service.js';
import { StudentVerificationController } from './student-verification.controller.js';
import { StudentVerification } from './student-verification.service.js';

@Module({
  imports: [ChallengesModule, GitHubModule, NotificationsModule, SignInModule],
  controllers: [StudentVerificationController],
  providers: [StudentVerification, StudentExpiry],
})
export class StudentVerificationModule {}
