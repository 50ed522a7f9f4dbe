import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerPortsModule } from '../allocations/server-ports.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { ServerOperationsModule } from '../operations/server-operations.module.js';
import { ServerDetailsController } from './server-details.controller.js';
import { ServerDetails } from './server-details.service.js';
import { ServerEggs } from './server-eggs.service.js';

@Module({
  imports: [ServerAccessModule, ServerDaemonModule, ServerOperationsModule, ServerPortsModule],
  controllers: [ServerDetailsController],
  providers: [ServerDetails, ServerEggs],
})
export class ServerDetailsModule {}
