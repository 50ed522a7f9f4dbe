import { Module } from '@nestjs/common';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { EggSync } from './egg-sync.service.js';
import { EggsAdminController } from './eggs.admin.controller.js';
import { EggsController } from './eggs.controller.js';
import { Eggs } from './eggs.service.js';

@Module({
  imports: [ServerDaemonModule],
  controllers: [EggsAdminController, EggsController],
  providers: [EggSync, Eggs],
  exports: [Eggs],
})
export class EggsModule {}
