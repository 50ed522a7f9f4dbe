import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { NodeStartups } from './node-startups.service.js';
import { ServerStartupsController } from './server-startups.controller.js';
import { ServerStartups } from './server-startups.service.js';

@Module({
  imports: [ServerAccessModule, ServerDaemonModule],
  controllers: [ServerStartupsController],
  providers: [NodeStartups, ServerStartups],
  exports: [NodeStartups],
})
export class ServerStartupsModule {}
