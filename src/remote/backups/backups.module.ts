import { Module } from '@nestjs/common';
import { ServersModule } from '../../servers/servers.module.js';
import { RemoteBackupsController } from './backups.controller.js';
import { RemoteBackups } from './backups.service.js';

@Module({ imports: [ServersModule], controllers: [RemoteBackupsController], providers: [RemoteBackups] })
export class RemoteBackupsModule {}
