import { Module } from '@nestjs/common';
import { ServersModule } from '../../servers/servers.module.js';
import { RemoteServersController } from './servers.controller.js';
import { RemoteServers } from './servers.service.js';

@Module({ imports: [ServersModule], controllers: [RemoteServersController], providers: [RemoteServers] })
export class RemoteServersModule {}
