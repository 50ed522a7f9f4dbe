import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import createRouter from 'find-my-way';
import type { Observable } from 'rxjs';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { Config } from '../../config/config.js';
import { CsrfProtection } from '../access/csrf.js';
import { errorBody, toPanelError } from '../errors/error.filter.js';
import { forbidden, notFound, unavailable } from '../errors/panel-error.js';
import type { PanelError } from '../errors/panel-error.js';
import { featureDisabled } from '../features/feature-flag.guard.js';
import { featureOfPath } from '../features/feature-table.js';
import { logger } from '../logging/logger.js';
import { addressBucket, ClientIp } from '../net/client-ip.js';
import { PanelSettings } from '../settings/panel-settings.js';
import { GLOBAL_WINDOW_SECONDS } from '../throttling/limits.js';
import { RateLimits } from '../throttling/rate-limits.js';

/** Options of `@WebSocketGateway` on this adapter: paths with `:parameters`, on the panel's own port. */
export interface PanelGatewayOptions {
  readonly path: string;
  /** Further paths that lead to the same gateway. */
  readonly aliases?: readonly string[];
}

/** What a gateway's `handleConnection(socket, request, upgrade)` learns of the request. */
export interface Upgrade {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  readonly clientIp: string;
}

/** Largest frame a client may send, in bytes; a larger one ends the connection with code 1009. */
export const MAXIMUM_FRAME_BYTES = 65_536;

/**
 * Brings WebSocket upgrades to gateways under the rules of every other request: a group that is switched off answers
 * 503, unknown paths 404, foreign pages 403, floods 429, all before the handshake completes. No compression: it costs
 * memory for each connection and lets attackers guess at what shares a frame with their text.
 */
export class PanelWsAdapter extends WsAdapter {
  private readonly routes = createRouter({ caseSensitive: false, ignoreTrailingSlash: true });
  private readonly clientIp: ClientIp;
  private readonly settings: PanelSettings;
  private readonly csrf: CsrfProtection;
  private readonly rateLimits: RateLimits;
  private readonly requestsPerWindow: number;
  private listening = false;
  private closing = false;

  constructor(app: INestApplicationContext) {
    super(app);
    const config = app.get(Config);
    this.clientIp = new ClientIp(config.trustedProxies);
    this.requestsPerWindow = config.env.GLOBAL_RATE_LIMIT;
    this.settings = app.get(PanelSettings);
    this.csrf = app.get(CsrfProtection);
    this.rateLimits = app.get(RateLimits);
  }

  override create(port: number, options: PanelGatewayOptions): WebSocketServer {
    if (port !== 0) throw new Error('Gateways share the port of the panel');
    const gateway = new WebSocketServer({
      noServer: true,
      maxPayload: MAXIMUM_FRAME_BYTES,
      perMessageDeflate: false,
      autoPong: false,
    });
    gateway.on('connection', (socket) => {
      // What clients do wrong ends their connection; it is nothing for the log.
      socket.on('error', ignore);
      // Somebody who pings and never reads the answers must not fill the memory with them.
      socket.on('ping', (data) => {
        if (socket.bufferedAmount < MAXIMUM_FRAME_BYTES) socket.pong(data);
      });
    });
    for (const path of [options.path, ...(options.aliases ?? [])]) {
      this.routes.on('GET', path, unused, { gateway });
    }
    this.listen();
    return gateway;
  }

  /** Gateways without `@SubscribeMessage` read their sockets themselves; parsing every frame for them would be waste. */
  override bindMessageHandlers(
    socket: WebSocket,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    if (handlers.length > 0) super.bindMessageHandlers(socket, handlers, transform);
  }

  override async close(gateway: WebSocketServer): Promise<void> {
    this.closing = true;
    await super.close(gateway);
  }

  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    (this.httpServer as Server).on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', ignore);
      this.upgrade(request, socket, head).catch((error: unknown) => refuse(socket, toPanelError(error)));
    });
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { pathname, searchParams: query } = addressOf(request);
    const feature = featureOfPath(pathname);
    if (feature !== undefined && !this.settings.isFeatureEnabled(feature)) throw featureDisabled(feature);
    const clientIp = this.clientIp.of(request);
    const key = `upgrade:ip:${addressBucket(clientIp)}`;
    await this.rateLimits.consume(key, this.requestsPerWindow, GLOBAL_WINDOW_SECONDS);
    const route = this.routes.find('GET', pathname);
    if (route === null) throw notFound('Route not found', 'route.not_found');
    // Browsers send cookies along with the upgrade, whichever page opens the socket.
    if (!this.csrf.isSameSite(request.headers)) throw forbidden('This origin is not allowed', 'auth.origin');
    if (this.closing) throw unavailable('The panel is restarting', 'panel.restarting');
    const { gateway } = route.store as { gateway: WebSocketServer };
    const upgrade: Upgrade = { params: route.params, query, clientIp };
    gateway.handleUpgrade(request, socket, head, (open) => gateway.emit('connection', open, request, upgrade));
  }
}

const ignore = (): void => undefined;

/** Routes are only looked up; the gateway of a route is in its store. */
const unused = ignore;

/** The address of a request; anything unreadable becomes a path that leads nowhere. */
function addressOf(request: IncomingMessage): URL {
  const path = (request.url ?? '/').replace(/^\/+/, '/');
  return URL.canParse(path, 'http://panel') ? new URL(path, 'http://panel') : new URL('http://panel/%00');
}

/** Answers the upgrade as the REST routes answer: status, JSON body, `Retry-After`. */
function refuse(socket: Duplex, error: PanelError): void {
  if (error.status === 500) logger.error({ err: error.options.cause ?? error }, 'upgrade failed');
  const body = JSON.stringify(errorBody(error));
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(error.options.retryAfter === undefined ? [] : [`Retry-After: ${error.options.retryAfter}`]),
  ];
  // Ended alone it would stay half open for as long as the client likes.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
