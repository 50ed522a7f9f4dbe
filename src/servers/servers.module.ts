import { Module } from '@nestjs/common';
import { AbuseModule } from './abuse/abuse.module.js';
import { ServerAccessModule } from './access/server-access.module.js';
import { ServerPortsModule } from './allocations/server-ports.module.js';
import { BackupStoresModule } from './backup-stores/backup-stores.module.js';
import { BackupsModule } from './backups/backups.module.js';
import { ServerConfigurationModule } from './configuration/server-configuration.module.js';
import { ConsoleModule } from './console/console.module.js';
import { ServerDetailsModule } from './details/server-details.module.js';
import { EggsModule } from './eggs/eggs.module.js';
import { ServerFilesModule } from './files/files.module.js';
import { FleetModule } from './fleet/fleet.module.js';
import { ServerExportsModule } from './exports/server-exports.module.js';
import { ServerInstallationModule } from './installation/server-installation.module.js';
import { MountsModule } from './mounts/mounts.module.js';
import { SchedulesModule } from './schedules/schedules.module.js';
import { ServerOperationsModule } from './operations/server-operations.module.js';
import { ServerCrudModule } from './servers/server-crud.module.js';
import { FileSharesModule } from './shares/shares.module.js';
import { SocModule } from './soc/soc.module.js';
import { OrganisationServersModule } from './organisations/organisation-servers.module.js';
import { ServerStartupsModule } from './startup/server-startups.module.js';
import { ServerStatesModule } from './states/server-states.module.js';
import { NodeDrainsModule } from './drain/node-drains.module.js';
import { SubusersModule } from './subusers/subusers.module.js';
import { ServerSuspensionsModule } from './suspension/server-suspensions.module.js';
import { TransfersModule } from './transfers/transfers.module.js';

/** Game servers and everything that belongs to one. */
@Module({
  imports: [
    AbuseModule,
    BackupStoresModule,
    BackupsModule,
    ConsoleModule,
    EggsModule,
    FileSharesModule,
    FleetModule,
    MountsModule,
    NodeDrainsModule,
    OrganisationServersModule,
    SchedulesModule,
    ServerAccessModule,
    ServerConfigurationModule,
    ServerCrudModule,
    ServerDetailsModule,
    ServerExportsModule,
    ServerFilesModule,
    ServerInstallationModule,
    ServerOperationsModule,
    ServerPortsModule,
    ServerStartupsModule,
    ServerStatesModule,
    ServerSuspensionsModule,
    SocModule,
    SubusersModule,
    TransfersModule,
  ],
  exports: [
    BackupsModule,
    ServerAccessModule,
    ServerConfigurationModule,
    SchedulesModule,
    ServerInstallationModule,
    ServerStartupsModule,
    ServerStatesModule,
    TransfersModule,
  ],
})
export class ServersModule {}
