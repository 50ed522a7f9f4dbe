import { Module } from '@nestjs/common';
import { AccountConnections } from './account-connections.service.js';
import { LiveAccess } from './live-access.service.js';
import { ServerRemovals } from './server-removals.service.js';
import { ServerSync } from './server-sync.service.js';

/** What the panel tells daemons about single servers: fetch again, delete, close connections. */
@Module({
  providers: [AccountConnections, LiveAccess, ServerRemovals, ServerSync],
  exports: [LiveAccess, ServerRemovals, ServerSync],
})
export class ServerDaemonModule {}
