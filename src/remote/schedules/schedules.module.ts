import { Module } from '@nestjs/common';
import { ServersModule } from '../../servers/servers.module.js';
import { RemoteSchedulesController } from './schedules.controller.js';

@Module({ imports: [ServersModule], controllers: [RemoteSchedulesController] })
export class RemoteSchedulesModule {}
