import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to a server of the tests, its body read. */
export interface WebRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** Answers one path; a number is a status without a body, undefined leaves the client waiting. */
export type WebHandler = (request: WebRequest) => { status?: number; location?: string; json?: unknown } | undefined;

/** A real HTTP server on loopback with an answer for each path. */
export class WebServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(handlers: Readonly<Record<string, WebHandler>>): Promise<WebServer> {
    const server = createServer((request, response) => void answer(handlers, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

async function answer(
  handlers: Readonly<Record<string, WebHandler>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const handler = handlers[pathname];
  const given = { path: pathname, query: searchParams, form: new URLSearchParams(body), headers: request.headers };
  const result = handler === undefined ? { status: 404 } : handler(given);
  if (result === undefined) return;
  const { status = result.location === undefined ? 200 : 302, location, json } = result;
  if (location !== undefined) response.setHeader('location', location);
  if (typeof json === 'string') response.writeHead(status, { 'content-type': 'text/html' }).end(json);
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json ?? {}));
}
