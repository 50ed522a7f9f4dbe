import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import type { Scope } from './tokens.ts';
import type { JsonObject, ServerObject } from './types.ts';
import { parseLoosely } from './types.ts';

export interface PanelRequestSeen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  text: string;
  body: unknown;
}

type Answer = (request: PanelRequestSeen) => { status: number; body?: unknown; headers?: Record<string, string> };

/** The smallest panel the daemon's own tests need: serves server objects and remembers what it is told. */
export class FakePanel {
  readonly servers = new Map<string, ServerObject>();
  readonly seen: PanelRequestSeen[] = [];
  /** Answers by `METHOD path`, looked at before the built-in ones. */
  readonly answers = new Map<string, Answer>();
  readonly #http: Server = createServer((request, response) => void this.#onRequest(request, response));

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  /** Adds servers the daemon will find. */
  add(count: number): ServerObject[] {
    const added = Array.from({ length: count }, () => serverObject());
    for (const server of added) this.servers.set(server.settings.uuid, server);
    return added;
  }

  /** The requests seen with this method and path. */
  requests(method: string, path: string): PanelRequestSeen[] {
    return this.seen.filter((request) => request.method === method && request.path === path);
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://panel');
    const text = Buffer.concat(chunks).toString();
    const { method = 'GET', headers } = request;
    const path = url.pathname.replace('/api/remote', '');
    const seen = { method, path, query: url.searchParams, headers, text, body: parseLoosely(text) };
    this.seen.push(seen);
    const answer = (this.answers.get(`${method} ${path}`) ?? ((): ReturnType<Answer> => this.#answer(seen)))(seen);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  #answer({ method, path, query }: PanelRequestSeen): ReturnType<Answer> {
    if (method === 'GET' && path === '/servers') return { status: 200, body: this.#page(query) };
    const [, uuid = '', rest = ''] = /^\/servers\/([^/]+)(.*)$/.exec(path) ?? [];
    const server = this.servers.get(uuid);
    if (method !== 'GET') return { status: 204 };
    if (server === undefined) return { status: 404, body: { errors: ['unknown server'] } };
    if (rest === '/install') {
      return {
        status: 200,
        body: { container_image: 'installer', entrypoint: 'bash', script: 'echo', environment: {} },
      };
    }
    return { status: 200, body: server };
  }

  #page(query: URLSearchParams): unknown {
    const page = Math.max(1, Number(query.get('page')));
    const size = Number(query.get('per_page'));
    const all = [...this.servers.values()].map((server) => ({ uuid: server.settings.uuid, ...server }));
    const from = (page - 1) * size;
    const meta = {
      current_page: page,
      last_page: Math.max(1, Math.ceil(all.length / size)),
      per_page: size,
      total: all.length,
      from: all.length === 0 ? null : from + 1,
      to: all.length === 0 ? null : Math.min(all.length, from + size),
    };
    return { data: all.slice(from, from + size), meta };
  }
}

/** A server object both daemons accept; `settings` overrides single settings. */
export function serverObject(settings: JsonObject = {}): ServerObject {
  return {
    settings: {
      uuid: randomUUID(),
      start_on_completion: false,
      meta: { name: 'test', description: '' },
      suspended: false,
      invocation: 'java -jar server.jar',
      skip_egg_scripts: false,
      entrypoint: null,
      environment: { SERVER_JARFILE: 'server.jar' },
      labels: {},
      backups: [],
      schedules: [],
      allocations: {
        force_outgoing_ip: false,
        default: { ip: '203.0.113.5', port: 25565 },
        mappings: { '203.0.113.5': [25565] },
      },
      build: { memory_limit: 2048, swap: 0, io_weight: 500, cpu_limit: 200, disk_space: 1024, oom_disabled: true },
      mounts: [],
      egg: { id: randomUUID(), file_denylist: [] },
      container: { image: 'registry/image:tag', timezone: 'UTC' },
      ...settings,
    },
    process_configuration: {
      startup: { done: ['Done ('] },
      stop: { type: 'command', value: 'stop' },
      configs: [],
    },
  };
}

/** A token as a panel signs it for a daemon with this secret. */
export function signToken(secret: string, scope: Scope, claims: JsonObject = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const base = { iss: 'http://panel', aud: ['wings'], jti: randomUUID(), iat: now, nbf: now - 300, exp: now + 600 };
  return jwt.sign({ ...base, scope, unique_id: randomUUID(), ...claims }, Buffer.from(secret), { algorithm: 'HS256' });
}

/** A console token for a user of a server. */
export function consoleToken(secret: string, server: string, permissions: string[], claims: JsonObject = {}): string {
  return signToken(secret, 'websocket', {
    user_uuid: '11111111-1111-4111-8111-111111111111',
    server_uuid: server,
    permissions,
    ...claims,
  });
}
