import { Module } from '@nestjs/common';
import { AuditChainModule } from './audit-chain/audit-chain.module.js';
import { BackgroundJobsModule } from './background-jobs/background-jobs.module.js';
import { FeedbackModule } from './feedback/feedback.module.js';
import { LogsModule } from './logs/logs.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { RolloutsModule } from './rollouts/rollouts.module.js';
import { SearchModule } from './search/search.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { SiteModule } from './site/site.module.js';
import { PublicStatusModule } from './status/public-status.module.js';

/** What is about the panel itself; staff routes of resources live beside their resources. */
@Module({
  imports: [
    SettingsModule,
    LogsModule,
    AuditChainModule,
    RetentionModule,
    SiteModule,
    RolloutsModule,
    FeedbackModule,
    PublicStatusModule,
    SearchModule,
    BackgroundJobsModule,
  ],
})
export class AdminModule {}
