import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { AccessModule } from './access/access.module.js';
import { AuthGuard } from './access/auth.guard.js';
import { AuditModule } from './audit/audit.module.js';
import { Sealer } from './crypto/sealer.js';
import { ExportSources } from './data-export/export-sources.js';
import { AccountErasure } from './erasure/account-erasure.js';
import { ErrorFilter } from './errors/error.filter.js';
import { EventBus } from './events/event-bus.js';
import { FeatureFlagGuard } from './features/feature-flag.guard.js';
import { FilesModule } from './files/files.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { MailModule } from './mail/mail.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { RedisConnections } from './redis/redis.js';
import { PanelSettings } from './settings/panel-settings.js';
import { AppThrottlerGuard } from './throttling/app-throttler.guard.js';
import { ThrottlingModule } from './throttling/throttling.module.js';
import { PanelValidationPipe } from './validation/panel-validation.pipe.js';

@Global()
@Module({
  providers: [RedisConnections, EventBus, Sealer, PanelSettings, ExportSources, AccountErasure],
  exports: [RedisConnections, EventBus, Sealer, PanelSettings, ExportSources, AccountErasure],
})
class FoundationModule {}

/** What every resource stands on. The order of the guards is the order in which a request meets them. */
@Module({
  imports: [
    FoundationModule,
    MetricsModule,
    AccessModule,
    ThrottlingModule,
    JobsModule,
    MailModule,
    AuditModule,
    IdempotencyModule,
    FilesModule,
  ],
  providers: [
    { provide: APP_GUARD, useClass: FeatureFlagGuard },
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: AppThrottlerGuard },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_PIPE, useClass: PanelValidationPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class CommonModule {}
