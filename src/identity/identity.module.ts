import { Global, Module } from '@nestjs/common';
import { ActivityModule } from './activity/activity.module.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuthModule } from './auth/auth.module.js';
import { AvatarsModule } from './avatars/avatars.module.js';
import { IdVerificationModule } from './id-verification/id-verification.module.js';
import { ExportsModule } from './exports/exports.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { CaptchaModule } from './captcha/captcha.module.js';
import { ExternalSignInModule } from './external-sign-in/external-sign-in.module.js';
import { GeoBlockModule } from './geo-block/geo-block.module.js';
import { InactivityModule } from './inactivity/inactivity.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { DeletionRequestsModule } from './deletion-requests/deletion-requests.module.js';
import { PrincipalsModule } from './principals/principals.module.js';
import { RolesModule } from './roles/roles.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SshKeysModule } from './ssh-keys/ssh-keys.module.js';
import { UsageModule } from './usage/usage.module.js';
import { UserDocumentsModule } from './user-documents/user-documents.module.js';
import { TwoFactorModule } from './two-factor/two-factor.module.js';
import { StudentVerificationModule } from './student-verification/student-verification.module.js';
import { UsersModule } from './users/users.module.js';

/** Accounts and how they prove themselves. Global: every other part asks who is calling. */
@Global()
@Module({
  imports: [
    PrincipalsModule,
    SessionsModule,
    UsersModule,
    AuthModule,
    TwoFactorModule,
    PasskeysModule,
    ExternalSignInModule,
    StudentVerificationModule,
    CaptchaModule,
    ApiKeysModule,
    RolesModule,
    SshKeysModule,
    ActivityModule,
    UsageModule,
    AvatarsModule,
    IdVerificationModule,
    UserDocumentsModule,
    NotificationsModule,
    ExportsModule,
    DeletionRequestsModule,
    GeoBlockModule,
    InactivityModule,
  ],
  exports: [
    PrincipalsModule,
    SessionsModule,
    UsersModule,
    AuthModule,
    TwoFactorModule,
    ActivityModule,
    AvatarsModule,
    IdVerificationModule,
    UserDocumentsModule,
    NotificationsModule,
    GeoBlockModule,
  ],
})
export class IdentityModule {}
