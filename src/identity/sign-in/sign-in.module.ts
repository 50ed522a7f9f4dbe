import { Module } from '@nestjs/common';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SessionCookie } from './session-cookie.js';
import { SignIn } from './sign-in.service.js';

@Module({
  imports: [PrincipalsModule, SessionsModule],
  providers: [SessionCookie, SignIn],
  exports: [SessionCookie, SignIn],
})
export class SignInModule {}
