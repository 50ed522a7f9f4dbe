import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerOperationsModule } from '../operations/server-operations.module.js';
import { ServerStatesModule } from '../states/server-states.module.js';
import { ConsoleAccess } from './console-access.service.js';
import { ConsoleConnections } from './console-connection.service.js';
import { ConsoleGateway } from './console.gateway.js';
import { ConsoleRelay } from './console-relay.service.js';
import { ConsoleTickets } from './console-tickets.js';
import { StateFeed } from './state-feed.service.js';
import { ViewerInput } from './viewer-input.service.js';
import { WebsocketController } from './websocket.controller.js';

/** The console of servers in the browser: a relay to the daemons, and what is needed to reach them directly. */
@Module({
  imports: [ServerAccessModule, ServerOperationsModule, ServerStatesModule],
  controllers: [WebsocketController],
  providers: [ConsoleAccess, ConsoleConnections, ConsoleGateway, ConsoleRelay, ConsoleTickets, StateFeed, ViewerInput],
})
export class ConsoleModule {}
