import { Module } from '@nestjs/common';
import { DeletionRequestsModule } from '../deletion-requests/deletion-requests.module.js';
import { EmailVerificationModule } from '../email-verification/email-verification.module.js';
import { GeoBlockModule } from '../geo-block/geo-block.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountCredentials } from './account-credentials.js';
import { AccountRecoveryController } from './account-recovery.controller.js';
import { AccountRecovery } from './account-recovery.service.js';
import { AuthController } from './auth.controller.js';
import { Auth } from './auth.service.js';
import { EmailRestore } from './email-restore.service.js';
import { LoginLockout } from './login-lockout.js';
import { Login } from './login.service.js';
import { PasswordReset } from './password-reset.service.js';

@Module({
  imports: [
    PrincipalsModule,
    SessionsModule,
    SignInModule,
    PasswordsModule,
    EmailVerificationModule,
    UsersModule,
    DeletionRequestsModule,
    GeoBlockModule,
  ],
  controllers: [AuthController, AccountRecoveryController],
  providers: [AccountCredentials, Auth, AccountRecovery, EmailRestore, Login, LoginLockout, PasswordReset],
  exports: [AccountCredentials],
})
export class AuthModule {}
