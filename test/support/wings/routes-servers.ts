import { createHash } from 'node:crypto';
import { RS_REPOSITORIES } from './backups.ts';
import type { Daemon } from './context.ts';
import { isPowerAction } from './console-socket.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { done, HttpError, jsonOf, optionalJsonOf, serverOf, textField, textsField } from './http-kit.ts';
import { abortInstallation, runInstallation } from './installer.ts';
import type { SimulatedServer } from './server.ts';
import type { JsonObject, PowerAction, ServerObject } from './types.ts';
import { isObject, messageOf } from './types.ts';
import { parseServer } from './validate-server.ts';

const isGo = (daemon: Daemon): boolean => daemon.options.flavour === 'go';

/** Gets the server from the panel before answering, then installs it in the background. */
async function create(daemon: Daemon, request: HttpRequest): Promise<Reply> {
  const body = jsonOf(daemon, request);
  const uuid = textField(daemon, body, 'uuid').toLowerCase();
  if (daemon.servers.has(uuid)) throw new HttpError(409, 'server already exists');
  const object = await pullOrFail(daemon, uuid);
  // The panel may have repeated its request while the answer was under way.
  if (daemon.servers.has(uuid)) throw new HttpError(409, 'server already exists');
  const server = daemon.adopt(object);
  if (body.skip_scripts === true) server.settings.skip_egg_scripts = true;
  const startOnCompletion = body.start_on_completion === true;
  daemon.clock.background(`install ${uuid}`, runInstallation(daemon, server, { reinstall: false, startOnCompletion }));
  return done(daemon, 202, 200);
}

async function pullOrFail(daemon: Daemon, uuid: string): Promise<ServerObject> {
  try {
    return await daemon.pull(uuid);
  } catch (error) {
    throw new HttpError(500, messageOf(error));
  }
}

/** Stops the server and forgets it with its files and local backups. */
function remove(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  server.kill();
  server.broadcast('deleted');
  for (const listener of server.listeners) listener.close(1000, 'server deleted');
  daemon.servers.delete(server.uuid);
  daemon.disk.servers.delete(server.uuid);
  for (const backup of daemon.disk.backups.values()) {
    // What lies in a repository is not on the node's disk.
    const isLocal = RS_REPOSITORIES[backup.adapter] === undefined;
    if (backup.server === server.uuid && isLocal) daemon.disk.backups.delete(backup.uuid);
  }
  return done(daemon, 204, 200);
}

function actionOf(daemon: Daemon, body: JsonObject): PowerAction {
  const action = body.action;
  if (!isPowerAction(action)) throw new HttpError(isGo(daemon) ? 422 : 400, 'invalid power action');
  return action;
}

function power(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  const action = actionOf(daemon, jsonOf(daemon, request));
  if (action === 'start' || action === 'restart') server.assertStartable();
  daemon.clock.background(`${action} ${server.uuid}`, server.power(action));
  return done(daemon, 202, 202);
}

function powerMany(daemon: Daemon, request: HttpRequest): Reply {
  const body = jsonOf(daemon, request);
  const wanted = textsField(daemon, body, 'servers');
  const action = actionOf(daemon, body);
  const servers = [...daemon.servers.values()].filter((server) => wanted.length === 0 || wanted.includes(server.uuid));
  for (const server of servers) daemon.clock.background(`${action} ${server.uuid}`, server.power(action));
  return { status: 202, body: { affected: servers.length } };
}

function commands(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  const lines = textsField(daemon, jsonOf(daemon, request), 'commands');
  if (server.state === 'offline') throw new HttpError(isGo(daemon) ? 502 : 417, 'server is offline');
  lines.forEach((line) => server.command(line));
  return done(daemon, 204, 200);
}

/** `rs` answers 200 even when it could neither read a configuration nor get one. */
async function sync(daemon: Daemon, request: HttpRequest): Promise<Reply> {
  const server = serverOf(daemon, request);
  if (isGo(daemon)) {
    server.configure(await pullOrFail(daemon, server.uuid));
    return { status: 204 };
  }
  const given = optionalJsonOf(daemon, request).server;
  try {
    server.configure(parsedOrNull(given, daemon) ?? (await daemon.pull(server.uuid)));
  } catch (error) {
    daemon.options.log(`sync ${server.uuid}: ${messageOf(error)}`);
  }
  return { status: 200, body: {} };
}

function parsedOrNull(value: unknown, daemon: Daemon): ServerObject | null {
  try {
    return value === undefined ? null : parseServer(value, daemon.options.flavour);
  } catch {
    return null;
  }
}

function install(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  daemon.clock.background(`install ${server.uuid}`, runInstallation(daemon, server, { reinstall: false }));
  return done(daemon, 202, 202);
}

async function reinstall(daemon: Daemon, request: HttpRequest): Promise<Reply> {
  const server = serverOf(daemon, request);
  if (server.lock !== null) throw new HttpError(409, `server is ${server.lock}`);
  const body = optionalJsonOf(daemon, request);
  const script = isObject(body.installation_script) ? body.installation_script : undefined;
  await server.stop();
  if (body.truncate_directory === true) server.files.clear();
  server.configure(await pullOrFail(daemon, server.uuid));
  daemon.clock.background(`reinstall ${server.uuid}`, runInstallation(daemon, server, { reinstall: true, script }));
  return done(daemon, 202, 202);
}

function abort(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  if (server.lock !== 'installing') throw new HttpError(409, 'server is not installing');
  abortInstallation(server);
  return { status: 202, body: {} };
}

function script(daemon: Daemon, request: HttpRequest): Reply {
  serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  return { status: 200, body: `running in ${textField(daemon, body, 'container_image')}\ndone\n` };
}

/** Only of games whose program it can tell from the files. */
function version(daemon: Daemon, request: HttpRequest): Reply {
  const jar = serverOf(daemon, request).files.read('/server.jar');
  if (jar === null) throw new HttpError(404, 'version not found');
  return { status: 200, body: { hash: createHash('sha256').update(jar).digest('hex') } };
}

function logs(daemon: Daemon, request: HttpRequest): Reply {
  const lines = serverOf(daemon, request).logs;
  if (!isGo(daemon)) return textLines(lines, request);
  const size = Math.min(Number(request.query.get('size') ?? 100), 100);
  return { status: 200, body: { data: lines.slice(-size) } };
}

function installLogs(daemon: Daemon, request: HttpRequest): Reply {
  const lines = serverOf(daemon, request).installLog;
  if (lines.length === 0) throw new HttpError(404, 'installation logs not found');
  return textLines(lines, request);
}

function textLines(lines: string[], request: HttpRequest): Reply {
  const wanted = request.query.get('lines');
  const shown = wanted === null ? lines : lines.slice(-Number(wanted));
  return { status: 200, body: shown.map((line) => `${line}\n`).join('') };
}

const byUuid = (daemon: Daemon, value: (server: SimulatedServer) => unknown): Record<string, unknown> =>
  Object.fromEntries([...daemon.servers.values()].map((server) => [server.uuid, value(server)]));

/** The state of all servers and single ones, their power, console, configuration and installation (B.2). */
export const serverRoutes: Route[] = [
  {
    method: 'GET',
    pattern: '/api/servers',
    handle: (daemon) => ({ status: 200, body: [...daemon.servers.values()].map((server) => server.describe()) }),
  },
  { method: 'POST', pattern: '/api/servers', handle: create },
  { method: 'POST', pattern: '/api/servers/power', only: 'rs', handle: powerMany },
  {
    method: 'GET',
    pattern: '/api/servers/utilization',
    only: 'rs',
    handle: (daemon) => ({ status: 200, body: byUuid(daemon, (server) => server.usage()) }),
  },
  {
    method: 'GET',
    pattern: '/api/servers/:s',
    handle: (daemon, request) => ({ status: 200, body: serverOf(daemon, request).describe() }),
  },
  { method: 'DELETE', pattern: '/api/servers/:s', handle: remove },
  {
    method: 'GET',
    pattern: '/api/servers/:s/utilization',
    only: 'rs',
    handle: (daemon, request) => ({ status: 200, body: { utilization: serverOf(daemon, request).usage() } }),
  },
  { method: 'GET', pattern: '/api/servers/:s/version', only: 'rs', handle: version },
  { method: 'GET', pattern: '/api/servers/:s/logs', handle: logs },
  { method: 'GET', pattern: '/api/servers/:s/logs/install', only: 'rs', handle: installLogs },
  { method: 'POST', pattern: '/api/servers/:s/power', handle: power },
  { method: 'POST', pattern: '/api/servers/:s/commands', handle: commands },
  { method: 'POST', pattern: '/api/servers/:s/sync', handle: sync },
  { method: 'POST', pattern: '/api/servers/:s/install', only: 'go', handle: install },
  { method: 'POST', pattern: '/api/servers/:s/reinstall', handle: reinstall },
  { method: 'POST', pattern: '/api/servers/:s/install/abort', only: 'rs', handle: abort },
  { method: 'POST', pattern: '/api/servers/:s/script', only: 'rs', handle: script },
];
