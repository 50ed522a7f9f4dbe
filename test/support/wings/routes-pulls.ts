import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { request as fetchUrl } from 'undici';
import type { Daemon } from './context.ts';
import { entryOf } from './file-entries.ts';
import { cleanPath } from './file-tree.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { done, HttpError, jsonOf, serverOf, textField } from './http-kit.ts';
import type { SimulatedServer } from './server.ts';
import type { JsonObject } from './types.ts';
import { messageOf } from './types.ts';

const PARALLEL = 3;
const BASE = '/api/servers/:s/files/pull';

interface Pull {
  destination: string;
  cancelled: boolean;
}

const pulls = new WeakMap<SimulatedServer, Map<string, Pull>>();

function pullsOf(server: SimulatedServer): Map<string, Pull> {
  const known = pulls.get(server) ?? new Map<string, Pull>();
  pulls.set(server, known);
  return known;
}

function list(daemon: Daemon, request: HttpRequest): Reply {
  const downloads = [...pullsOf(serverOf(daemon, request))].map(([identifier, { destination }]) =>
    daemon.options.flavour === 'go'
      ? { Identifier: identifier, Progress: 0 }
      : { identifier, destination, progress: 0, total: 0 },
  );
  return { status: 200, body: { downloads } };
}

async function start(daemon: Daemon, request: HttpRequest): Promise<Reply> {
  const server = serverOf(daemon, request);
  const go = daemon.options.flavour === 'go';
  const body = jsonOf(daemon, request);
  const url = textField(daemon, body, 'url');
  const running = pullsOf(server);
  if (running.size >= PARALLEL) {
    throw new HttpError(go ? 400 : 417, 'This server has reached its limit of 3 simultaneous remote file downloads.');
  }
  const pull: Pull = { destination: destinationOf(body, url), cancelled: false };
  const identifier = randomUUID();
  running.set(identifier, pull);
  const work = download(server, pull, url).finally(() => running.delete(identifier));
  if (body.foreground !== true) {
    daemon.clock.background(`pull ${url}`, work);
    return { status: 202, body: { identifier } };
  }
  await work;
  return { status: 200, body: go ? entryOf(server.files, pull.destination, 'go') : {} };
}

function destinationOf(body: JsonObject, url: string): string {
  const root = body.root ?? body.directory;
  const name = typeof body.file_name === 'string' ? body.file_name : posix.basename(new URL(url).pathname);
  return cleanPath(typeof root === 'string' ? root : '/', name === '' ? 'download' : name);
}

async function download(server: SimulatedServer, pull: Pull, url: string): Promise<void> {
  const answer = await fetchUrl(url).catch((error: unknown) => {
    throw new HttpError(417, `could not download: ${messageOf(error)}`);
  });
  const content = Buffer.from(await answer.body.arrayBuffer());
  if (answer.statusCode >= 400) throw new HttpError(417, `could not download: status ${answer.statusCode}`);
  if (!pull.cancelled) server.files.write(pull.destination, content);
}

function cancel(daemon: Daemon, request: HttpRequest): Reply {
  const running = pullsOf(serverOf(daemon, request));
  const pull = running.get(request.params.id ?? '');
  if (pull === undefined) throw new HttpError(404, 'download not found');
  pull.cancelled = true;
  running.delete(request.params.id ?? '');
  return done(daemon, 204, 200);
}

async function query(daemon: Daemon, request: HttpRequest): Promise<Reply> {
  serverOf(daemon, request);
  const url = textField(daemon, jsonOf(daemon, request), 'url');
  const { headers, body } = await fetchUrl(url, { method: 'HEAD' });
  await body.dump();
  const size = headers['content-length'];
  const file_name = posix.basename(new URL(url).pathname) || null;
  return {
    status: 200,
    body: { file_name, file_size: size === undefined ? null : Number(size), final_url: url, headers },
  };
}

/** Downloads from the web into the server's files. */
export const pullRoutes: Route[] = [
  { method: 'GET', pattern: BASE, handle: list },
  { method: 'POST', pattern: BASE, handle: start },
  { method: 'POST', pattern: `${BASE}/query`, only: 'rs', handle: query },
  { method: 'DELETE', pattern: `${BASE}/:id`, handle: cancel },
];
