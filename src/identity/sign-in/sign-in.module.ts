import { Module } from '@nestjs/common';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { LoginChallenges } from './login-challenges.js';
import { SessionCookie } from './session-cookie.js';
import { SignIn } from './sign-in.service.js';

@Module({
  imports: [PrincipalsModule, SessionsModule],
  providers: [LoginChallenges, SessionCookie, SignIn],
  exports: [LoginChallenges, SessionCookie, SignIn],
})
export class SignInModule {}
