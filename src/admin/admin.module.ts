import { Module } from '@nestjs/common';
import { FeedbackModule } from './feedback/feedback.module.js';
import { LogsModule } from './logs/logs.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { RolloutsModule } from './rollouts/rollouts.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { SiteModule } from './site/site.module.js';
import { PublicStatusModule } from './status/public-status.module.js';

/** What is about the panel itself; staff routes of resources live beside their resources. */
@Module({
  imports: [
    SettingsModule,
    LogsModule,
    RetentionModule,
    SiteModule,
    RolloutsModule,
    FeedbackModule,
    PublicStatusModule,
  ],
})
export class AdminModule {}
