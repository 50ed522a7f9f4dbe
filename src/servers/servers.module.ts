import { Module } from '@nestjs/common';
import { ServerAccessModule } from './access/server-access.module.js';
import { ServerConfigurationModule } from './configuration/server-configuration.module.js';

/** Game servers and everything that belongs to one. */
@Module({
  imports: [ServerAccessModule, ServerConfigurationModule],
  exports: [ServerAccessModule, ServerConfigurationModule],
})
export class ServersModule {}
