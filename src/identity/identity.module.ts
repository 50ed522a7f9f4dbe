import { Global, Module } from '@nestjs/common';
import { AuthModule } from './auth/auth.module.js';
import { PrincipalsModule } from './principals/principals.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { UsersModule } from './users/users.module.js';

/** Accounts and how they prove themselves. Global: every other part asks who is calling. */
@Global()
@Module({
  imports: [PrincipalsModule, SessionsModule, UsersModule, AuthModule],
  exports: [PrincipalsModule, SessionsModule, UsersModule, AuthModule],
})
export class IdentityModule {}
