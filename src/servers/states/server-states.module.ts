import { Module } from '@nestjs/common';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { Reconciliation } from './reconciliation.service.js';
import { ServerStates } from './server-states.service.js';
import { StatePoller } from './state-poller.js';

/** The last-known state of servers. */
@Module({
  imports: [ServerDaemonModule],
  providers: [Reconciliation, ServerStates, StatePoller],
  exports: [ServerStates],
})
export class ServerStatesModule {}
