import { Module } from '@nestjs/common';
import { ServersModule } from '../../servers/servers.module.js';
import { RemoteTransfersController } from './transfers.controller.js';

@Module({ imports: [ServersModule], controllers: [RemoteTransfersController] })
export class RemoteTransfersModule {}
