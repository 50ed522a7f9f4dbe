import { Module } from '@nestjs/common';
import { EmailVerificationModule } from '../email-verification/email-verification.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { Accounts } from './accounts.service.js';
import { PasswordChanges } from './password-changes.service.js';
import { RegistrationController } from './registration.controller.js';
import { Registration } from './registration.service.js';

@Module({
  imports: [PrincipalsModule, SessionsModule, PasswordsModule, EmailVerificationModule],
  controllers: [RegistrationController],
  providers: [Accounts, PasswordChanges, Registration],
  exports: [Accounts, PasswordChanges],
})
export class UsersModule {}
