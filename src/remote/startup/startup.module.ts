import { Module } from '@nestjs/common';
import { ServersModule } from '../../servers/servers.module.js';
import { RemoteStartupController } from './startup.controller.js';

@Module({ imports: [ServersModule], controllers: [RemoteStartupController] })
export class RemoteStartupModule {}
