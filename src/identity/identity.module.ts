import { Global, Module } from '@nestjs/common';
import { ActivityModule } from './activity/activity.module.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuthModule } from './auth/auth.module.js';
import { DeletionRequestsModule } from './deletion-requests/deletion-requests.module.js';
import { ErasureModule } from './erasure/erasure.module.js';
import { PrincipalsModule } from './principals/principals.module.js';
import { RolesModule } from './roles/roles.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SshKeysModule } from './ssh-keys/ssh-keys.module.js';
import { UsersModule } from './users/users.module.js';

/** Accounts and how they prove themselves. Global: every other part asks who is calling. */
@Global()
@Module({
  imports: [
    PrincipalsModule,
    SessionsModule,
    UsersModule,
    AuthModule,
    ApiKeysModule,
    RolesModule,
    SshKeysModule,
    ActivityModule,
    DeletionRequestsModule,
    ErasureModule,
  ],
  exports: [PrincipalsModule, SessionsModule, UsersModule, AuthModule, ActivityModule],
})
export class IdentityModule {}
