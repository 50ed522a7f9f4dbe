import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { WebhooksModule } from './admin/webhooks/webhooks.module.js';
import { AdminModule } from './admin/admin.module.js';
import { CommonModule } from './common/common.module.js';
import { NotFoundModule } from './common/not-found/not-found.module.js';
import { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { HealthModule } from './health/health.module.js';
import { IdentityModule } from './identity/identity.module.js';
import { OrganisationsModule } from './organisations/organisations.module.js';
import { NodesModule } from './nodes/nodes.module.js';
import { Database } from './prisma/database.js';
import { PrismaModule } from './prisma/prisma.module.js';
import { RemoteModule } from './remote/remote.module.js';
import { ServersModule } from './servers/servers.module.js';

/**
 * The whole panel. What takes no configuration is imported in the decorator, not in `with`: Nest registers those modules
 * depth first, so the not-found route stays behind the routes of nested modules.
 */
@Module({
  imports: [
    CommonModule,
    IdentityModule,
    OrganisationsModule,
    NodesModule,
    ServersModule,
    RemoteModule,
    AdminModule,
    WebhooksModule,
    HealthModule,
    NotFoundModule,
  ],
})
export class AppModule {
  static with(config: Config, database: Database): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.with(config), PrismaModule.with(database)] };
  }
}
