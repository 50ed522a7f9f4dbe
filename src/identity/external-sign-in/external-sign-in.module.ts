import { Module } from '@nestjs/common';
import { ChallengesModule } from '../challenges/challenges.module.js';
import { GitHubModule } from '../github/github.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { ExternalAccounts } from './external-accounts.service.js';
import { ExternalIdentitiesController } from './external-identities.controller.js';
import { ExternalIdentities } from './external-identities.service.js';
import { ExternalProviders } from './external-providers.js';
import { ExternalSignInController } from './external-sign-in.controller.js';
import { ExternalSignIn } from './external-sign-in.service.js';

@Module({
  imports: [ChallengesModule, GitHubModule, PrincipalsModule, SignInModule],
  controllers: [ExternalSignInController, ExternalIdentitiesController],
  providers: [ExternalAccounts, ExternalIdentities, ExternalProviders, ExternalSignIn],
})
export class ExternalSignInModule {}
