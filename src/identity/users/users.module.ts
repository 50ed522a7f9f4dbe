import { Module } from '@nestjs/common';
import { CaptchaModule } from '../captcha/captcha.module.js';
import { EmailChangeModule } from '../email-change/email-change.module.js';
import { EmailVerificationModule } from '../email-verification/email-verification.module.js';
import { GeoBlockModule } from '../geo-block/geo-block.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AccountUpdate } from './account-update.service.js';
import { Accounts } from './accounts.service.js';
import { AdminAccount } from './admin-account.js';
import { PasswordChanges } from './password-changes.service.js';
import { RegistrationController } from './registration.controller.js';
import { Registration } from './registration.service.js';
import { RootAdmins } from './root-admins.js';
import { UserAdministration } from './user-administration.service.js';
import { UserDirectory } from './user-directory.service.js';
import { UsersAdminController } from './users.admin.controller.js';
import { UsersController } from './users.controller.js';
import { Users } from './users.service.js';

@Module({
  imports: [
    PrincipalsModule,
    SessionsModule,
    PasswordsModule,
    EmailVerificationModule,
    EmailChangeModule,
    CaptchaModule,
    GeoBlockModule,
  ],
  controllers: [RegistrationController, UsersController, UsersAdminController],
  providers: [
    AccountUpdate,
    Accounts,
    AdminAccount,
    PasswordChanges,
    Registration,
    RootAdmins,
    UserAdministration,
    UserDirectory,
    Users,
  ],
  exports: [Accounts, AdminAccount, PasswordChanges, RootAdmins],
})
export class UsersModule {}
