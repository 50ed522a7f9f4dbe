import type { IncomingMessage } from 'node:http';
import { WebSocketGateway } from '@nestjs/websockets';
import type { OnGatewayConnection } from '@nestjs/websockets';
import type { WebSocket } from 'ws';
import { credentialOf } from '../../common/access/credential.js';
import type { Credential } from '../../common/access/credential.js';
import type { PanelGatewayOptions, Upgrade } from '../../common/http/panel-ws.adapter.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { ConsoleRefusal } from './console-access.service.js';
import { ConsoleRelay } from './console-relay.service.js';
import { ConsoleTickets } from './console-tickets.js';
import { encodeFrame } from './frames.js';
import { refuseSocket } from './viewer.js';

/** The ticket is unknown: used, too old, or of a process that has ended since. The web client fetches a new one. */
class StaleTicket extends Error {}

const ADMISSION_MS = 10_000;
const STALE_TICKET = encodeFrame('error', ['Invalid session']);

/**
 * Console sockets of browsers and scripts. The second path is where the public documentation expects the socket.
 * Credential: the query `token` (a ticket, else a session token or API key), else the request's own as on every route.
 */
@WebSocketGateway<PanelGatewayOptions>({
  path: '/api/servers/:id/ws/proxy',
  aliases: ['/api/servers/v1/:id/ws/proxy', '/api/servers/:id/websocket', '/api/servers/v1/:id/websocket'],
})
export class ConsoleGateway implements OnGatewayConnection<WebSocket> {
  constructor(
    private readonly relay: ConsoleRelay,
    private readonly tickets: ConsoleTickets,
    private readonly config: Config,
  ) {}

  async handleConnection(socket: WebSocket, request: IncomingMessage, upgrade: Upgrade): Promise<void> {
    const serverUuid = (upgrade.params['id'] ?? '').toLowerCase();
    // Nobody stays whose right is not known, however long looking it up takes.
    const limit = setTimeout(() => socket.terminate(), ADMISSION_MS);
    try {
      const credential = await this.credential(request, upgrade, serverUuid);
      await this.relay.admit(socket, request.socket, { serverUuid, credential, clientIp: upgrade.clientIp });
    } catch (error) {
      if (error instanceof ConsoleRefusal) return refuseSocket(socket, error.message);
      // Cut without a close frame: that is what makes the web client try again.
      if (error instanceof StaleTicket) return socket.send(STALE_TICKET, { binary: false }, () => socket.terminate());
      logger.error({ err: error }, 'console not opened');
      socket.terminate();
    } finally {
      clearTimeout(limit);
    }
  }

  private async credential(request: IncomingMessage, upgrade: Upgrade, serverUuid: string): Promise<Credential> {
    const token = upgrade.query.get('token') ?? '';
    if (token === '') return credentialOf(request.headers, this.config.env.JWT_COOKIE_NAME);
    if (!this.tickets.isTicket(token)) return { kind: 'bearer', value: token };
    const ticket = await this.tickets.redeem(token);
    if (ticket === undefined) throw new StaleTicket();
    if (ticket.serverUuid !== serverUuid) throw new ConsoleRefusal('Server not found');
    return ticket.credential;
  }
}
