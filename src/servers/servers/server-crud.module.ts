import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { BackupStoresModule } from '../backup-stores/backup-stores.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { ServerQuotaModule } from '../quota/server-quota.module.js';
import { ServerCreation } from './server-creation.service.js';
import { ServerList } from './server-list.service.js';
import { ServerProvisioning } from './server-provisioning.service.js';
import { AdminServerList } from './admin-server-list.service.js';
import { OwnedServers } from './owned-servers.service.js';
import { ServersAdminController } from './servers.admin.controller.js';
import { ServersController } from './servers.controller.js';
import { Servers } from './servers.service.js';
import { UserServersController } from './user-servers.controller.js';

/** Listing, creating, changing and deleting servers. */
@Module({
  imports: [BackupStoresModule, ServerAccessModule, ServerDaemonModule, ServerQuotaModule],
  controllers: [ServersController, ServersAdminController, UserServersController],
  providers: [AdminServerList, OwnedServers, ServerCreation, ServerList, ServerProvisioning, Servers],
})
export class ServerCrudModule {}
