import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { ServerSuspensionsAdminController } from './server-suspensions.admin.controller.js';
import { ServerSuspensions } from './server-suspensions.service.js';

@Module({
  imports: [ServerAccessModule, ServerDaemonModule],
  controllers: [ServerSuspensionsAdminController],
  providers: [ServerSuspensions],
  exports: [ServerSuspensions],
})
export class ServerSuspensionsModule {}
