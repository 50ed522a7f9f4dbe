import { Module } from '@nestjs/common';
import { ChallengesModule } from '../challenges/challenges.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { PasskeyRegistration } from './passkey-registration.service.js';
import { PasskeySignIn } from './passkey-sign-in.service.js';
import { PasskeysController } from './passkeys.controller.js';
import { Passkeys } from './passkeys.service.js';
import { RelyingParty } from './relying-party.js';

@Module({
  imports: [ChallengesModule, PrincipalsModule, SignInModule],
  controllers: [PasskeysController],
  providers: [Passkeys, PasskeyRegistration, PasskeySignIn, RelyingParty],
})
export class PasskeysModule {}
