import { Module } from '@nestjs/common';
import { GeoBlockModule } from '../geo-block/geo-block.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { BrowserBinding } from './browser-binding.js';
import { LoginChallenges } from './login-challenges.js';
import { SessionCookie } from './session-cookie.js';
import { SignInMethods } from './sign-in-methods.service.js';
import { SignIn } from './sign-in.service.js';

@Module({
  imports: [GeoBlockModule, PrincipalsModule, SessionsModule],
  providers: [BrowserBinding, LoginChallenges, SessionCookie, SignIn, SignInMethods],
  exports: [BrowserBinding, LoginChallenges, SessionCookie, SignIn, SignInMethods],
})
export class SignInModule {}
