import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Daemon } from './context.ts';
import { applies } from './faults.ts';
import type { Reply, Route } from './http-kit.ts';
import { HttpError } from './http-kit.ts';
import { Refusal } from './server.ts';
import { backupRoutes } from './routes-backups.ts';
import { fileRoutes } from './routes-files.ts';
import { publicRoutes } from './routes-public.ts';
import { scheduleRoutes } from './routes-schedules.ts';
import { serverRoutes } from './routes-servers.ts';
import { socketRoutes } from './routes-sockets.ts';
import { systemRoutes } from './routes-system.ts';
import { transferRoutes } from './routes-transfers.ts';
import type { RecordedCall } from './types.ts';
import { messageOf, parseLoosely } from './types.ts';

const HUGE_BYTES = 10_000_000;
const DRIP_MS = 1000;

interface CompiledRoute extends Route {
  expression: RegExp;
}

const routes: CompiledRoute[] = [
  ...systemRoutes,
  ...serverRoutes,
  ...socketRoutes,
  ...scheduleRoutes,
  ...fileRoutes,
  ...backupRoutes,
  ...transferRoutes,
  ...publicRoutes,
].map((route) => ({
  ...route,
  expression: new RegExp(`^${route.pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
}));

/** Answers the daemon's HTTP requests, with the faults that are switched on. */
export class HttpApi {
  readonly #daemon: Daemon;
  readonly #record: (call: RecordedCall) => void;

  constructor(daemon: Daemon, record: (call: RecordedCall) => void) {
    this.#daemon = daemon;
    this.#record = record;
  }

  /** Handles one request from beginning to end; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      await this.#answer(request, Buffer.concat(chunks), response);
    } catch (error) {
      this.#daemon.options.log(`${request.method} ${request.url}: ${messageOf(error)}`);
      response.destroy();
    }
  }

  async #answer(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { faults, clock, options } = this.#daemon;
    const url = new URL(request.url ?? '/', 'http://wings');
    this.#record(recorded(request, url, body));
    if (faults.refuseConnections) return void response.destroy();
    if (applies(faults.hang, url.pathname)) return;
    if (options.latencyMs > 0) await clock.sleepReal(options.latencyMs);
    const broken = this.#brokenReply(url.pathname);
    const reply = broken ?? (await this.#route(request, url, body));
    if (broken === null && applies(faults.dropResponseAfterWork, url.pathname)) return void response.destroy();
    await this.#send(request, response, reply, applies(faults.slowBody, url.pathname));
  }

  #brokenReply(path: string): Reply | null {
    const { faults } = this.#daemon;
    if (applies(faults.status500, path)) return this.#errorReply(new HttpError(500, 'simulated failure'));
    if (applies(faults.garbage, path)) return { status: 200, body: '<<< this is not JSON' };
    if (applies(faults.hugeBody, path)) return { status: 200, body: { filler: 'x'.repeat(HUGE_BYTES) } };
    const location = faults.redirectionOf(path);
    return location === null ? null : { status: 302, headers: { location } };
  }

  async #route(request: IncomingMessage, url: URL, body: Buffer): Promise<Reply> {
    const { method = 'GET', headers } = request;
    if (method === 'OPTIONS') return { status: 204 };
    try {
      for (const route of routes) {
        const match = route.method === method ? route.expression.exec(url.pathname) : null;
        if (match === null || (route.only ?? this.#daemon.options.flavour) !== this.#daemon.options.flavour) continue;
        if (route.open !== true) this.#authorise(headers.authorization);
        const params = { ...match.groups };
        const input = { method, path: url.pathname, params, query: url.searchParams, headers, body };
        return await route.handle(this.#daemon, input);
      }
      throw new HttpError(404, 'The requested resource was not found on this server.');
    } catch (error) {
      return this.#errorReply(error);
    }
  }

  #authorise(header: string | undefined): void {
    const rs = this.#daemon.options.flavour === 'rs';
    const token = header?.startsWith('Bearer ') === true ? header.slice('Bearer '.length) : null;
    if (token === null)
      throw new HttpError(
        401,
        rs ? 'invalid authorization header' : 'The required authorization heads were not present in the request.',
      );
    if (token === this.#daemon.secret()) return;
    if (rs) throw new HttpError(401, 'invalid authorization token');
    throw new HttpError(403, 'You are not authorized to access this endpoint.');
  }

  #errorReply(error: unknown): Reply {
    const rs = this.#daemon.options.flavour === 'rs';
    const refused = error instanceof Refusal ? (rs ? 417 : 400) : 500;
    const status = error instanceof HttpError ? error.status : refused;
    const withId = !rs && status >= 500;
    return { status, body: { error: messageOf(error), ...(withId ? { request_id: randomUUID() } : {}) } };
  }

  async #send(request: IncomingMessage, response: ServerResponse, reply: Reply, slowly: boolean): Promise<void> {
    const raw = Buffer.isBuffer(reply.body) || typeof reply.body === 'string';
    const json = reply.body === undefined ? '' : JSON.stringify(reply.body);
    const content = raw ? Buffer.from(reply.body as Buffer | string) : Buffer.from(json);
    const type = raw ? 'text/plain; charset=utf-8' : 'application/json';
    response.writeHead(reply.status, {
      ...(content.length > 0 ? { 'content-type': type, 'content-length': String(content.length) } : {}),
      ...this.#corsHeaders(request.headers.origin),
      ...reply.headers,
    });
    if (slowly) await this.#drip(response, content);
    response.end(slowly ? undefined : content);
  }

  async #drip(response: ServerResponse, content: Buffer): Promise<void> {
    for (const byte of content) {
      if (response.destroyed) return;
      response.write(Buffer.from([byte]));
      await this.#daemon.clock.sleep(DRIP_MS);
    }
  }

  #corsHeaders(origin: string | undefined): Record<string, string> {
    if (origin === undefined || !isAllowedOrigin(this.#daemon, origin)) return {};
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST, PATCH, PUT, DELETE, HEAD, OPTIONS',
      'access-control-allow-headers': 'Accept, Accept-Encoding, Authorization, Cache-Control, Content-Type',
    };
  }
}

/** Whether a browser page of this origin may talk to the daemon. */
export function isAllowedOrigin(daemon: Daemon, origin: string | undefined): boolean {
  const { panelUrl, allowedOrigins } = daemon.options;
  return origin === panelUrl || allowedOrigins.includes('*') || allowedOrigins.includes(origin ?? '');
}

/** What is remembered of a request. */
export function recorded(request: IncomingMessage, url: URL, body: Buffer): RecordedCall {
  const { method = 'GET', headers } = request;
  return { method, path: url.pathname, query: url.search, headers, body: parseLoosely(body.toString()) };
}
