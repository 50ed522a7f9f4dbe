import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { credentialOf } from '../../common/access/credential.js';
import type { UserPrincipal } from '../../common/access/principal.js';
import { Config } from '../../config/config.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { WingsTokens } from '../../nodes/wings/wings-tokens.js';
import type { ServerScope } from '../access/server-scope.js';
import { consolePermissions } from './console-permissions.js';
import { ConsoleTickets } from './console-tickets.js';
import { isReachableByBrowsers } from './direct-socket.js';
import type { ConsoleConnectionResponse } from './dto/console-connection.dto.js';

/** Hands out what opens a console, directly at the daemon and through the panel. */
@Injectable()
export class ConsoleConnections {
  constructor(
    private readonly tickets: ConsoleTickets,
    private readonly wings: Wings,
    private readonly tokens: WingsTokens,
    private readonly config: Config,
  ) {}

  /** @param headers of the request: the credential in it is what the ticket stands for. */
  async prepare(
    caller: UserPrincipal,
    server: ServerScope,
    headers: IncomingHttpHeaders,
  ): Promise<ConsoleConnectionResponse> {
    const node = await this.wings.forNode(server.nodeId);
    const serverUuid = server.uuid;
    const credential = credentialOf(headers, this.config.env.JWT_COOKIE_NAME);
    const ticket = await this.tickets.issue({ serverUuid, userId: caller.userId, credential });
    const token = this.tokens.websocket(node, {
      userUuid: caller.account.uuid,
      serverUuid,
      permissions: consolePermissions(caller, server),
    });
    const directSocket = node.publicSocketUrl(serverUuid);
    const direct = isReachableByBrowsers(directSocket, [this.config.panelUrl, this.config.frontendUrl]);
    return {
      data: {
        token,
        socket: `${this.config.panelUrl.replace(/^http/, 'ws')}/api/servers/${serverUuid}/ws/proxy?token=${ticket}`,
        direct_socket: direct ? directSocket : '',
        direct,
      },
    };
  }
}
