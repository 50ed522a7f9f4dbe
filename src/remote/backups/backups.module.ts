import { Module } from '@nestjs/common';
import { ServersModule } from '../../servers/servers.module.js';
import { RemoteBackupsController } from './backups.controller.js';
import { RemoteBackups } from './backups.service.js';
import { RemoteServerBackupsController } from './server-backups.controller.js';
import { RemoteServerBackups } from './server-backups.service.js';
import { StoredBackupsController } from './stored-backups.controller.js';
import { StoredBackups } from './stored-backups.service.js';

@Module({
  imports: [ServersModule],
  controllers: [RemoteBackupsController, RemoteServerBackupsController, StoredBackupsController],
  providers: [RemoteBackups, RemoteServerBackups, StoredBackups],
})
export class RemoteBackupsModule {}
