import { Module } from '@nestjs/common';
import { ServerAccessModule } from './access/server-access.module.js';
import { ServerConfigurationModule } from './configuration/server-configuration.module.js';
import { ConsoleModule } from './console/console.module.js';
import { ServerInstallationModule } from './installation/server-installation.module.js';
import { ServerStatesModule } from './states/server-states.module.js';

/** Game servers and everything that belongs to one. */
@Module({
  imports: [ConsoleModule, ServerAccessModule, ServerConfigurationModule, ServerInstallationModule, ServerStatesModule],
  exports: [ServerAccessModule, ServerConfigurationModule, ServerInstallationModule, ServerStatesModule],
})
export class ServersModule {}
