import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { MountsAdminController } from './mounts.admin.controller.js';
import { MountsController } from './mounts.controller.js';
import { Mounts } from './mounts.service.js';
import { ServerMounts } from './server-mounts.service.js';

@Module({
  imports: [ServerAccessModule, ServerDaemonModule],
  controllers: [MountsAdminController, MountsController],
  providers: [Mounts, ServerMounts],
})
export class MountsModule {}
