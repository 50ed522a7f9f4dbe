import { Module } from '@nestjs/common';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { CodeDigests } from './code-digests.js';
import { EmailCodes } from './email-codes.js';
import { PendingSeeds } from './pending-seeds.js';
import { SecondFactorLockout } from './second-factor-lockout.js';
import { SecondFactors } from './second-factors.js';
import { TwoFactorAdminController } from './two-factor.admin.controller.js';
import { TwoFactorController } from './two-factor.controller.js';
import { TwoFactorMails } from './two-factor-mails.js';
import { TwoFactorReset } from './two-factor-reset.service.js';
import { TwoFactorSettings } from './two-factor-settings.service.js';
import { TwoFactorSignInController } from './two-factor-sign-in.controller.js';
import { TwoFactorSignIn } from './two-factor-sign-in.service.js';

@Module({
  imports: [PrincipalsModule, SessionsModule, SignInModule],
  controllers: [TwoFactorController, TwoFactorSignInController, TwoFactorAdminController],
  providers: [
    CodeDigests,
    EmailCodes,
    PendingSeeds,
    SecondFactorLockout,
    SecondFactors,
    TwoFactorMails,
    TwoFactorReset,
    TwoFactorSettings,
    TwoFactorSignIn,
  ],
  exports: [TwoFactorReset],
})
export class TwoFactorModule {}
