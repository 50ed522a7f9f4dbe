import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerConfigurationModule } from '../configuration/server-configuration.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { ServerStatesModule } from '../states/server-states.module.js';
import { ServerConsole } from './server-console.service.js';
import { ServerInsight } from './server-insight.service.js';
import { ServerOperationsController } from './server-operations.controller.js';
import { ServerPower } from './server-power.service.js';

/** Power, commands, logs, statistics. */
@Module({
  imports: [ServerAccessModule, ServerConfigurationModule, ServerDaemonModule, ServerStatesModule],
  controllers: [ServerOperationsController],
  providers: [ServerConsole, ServerInsight, ServerPower],
  exports: [ServerConsole, ServerPower],
})
export class ServerOperationsModule {}
