import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { ServerPortsController } from './server-ports.controller.js';
import { ServerPorts } from './server-ports.service.js';

@Module({
  imports: [ServerAccessModule, ServerDaemonModule],
  controllers: [ServerPortsController],
  providers: [ServerPorts],
  exports: [ServerPorts],
})
export class ServerPortsModule {}
