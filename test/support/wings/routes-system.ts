import { cpus, freemem, release, totalmem } from 'node:os';
import type { Daemon } from './context.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { done, HttpError, jsonOf, textField, textsField } from './http-kit.ts';
import { isNewest } from './options.ts';
import { isObject } from './types.ts';

function basics(daemon: Daemon): Record<string, unknown> {
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    cpu_count: cpus().length,
    kernel_version: release(),
    os: process.platform,
    version: daemon.options.version,
  };
}

function system(daemon: Daemon, { query }: HttpRequest): Reply {
  const { version, architecture, cpu_count, kernel_version, os } = basics(daemon);
  if (daemon.options.flavour === 'rs' || query.get('v') !== '2') return { status: 200, body: basics(daemon) };
  const running = [...daemon.servers.values()].filter((server) => server.state !== 'offline').length;
  const containers = { total: daemon.servers.size, running, paused: 0, stopped: daemon.servers.size - running };
  const docker = {
    version: '27.0.0',
    cgroups: { driver: 'systemd', version: '2' },
    containers,
    storage: { driver: 'overlay2', filesystem: 'extfs' },
    runc: { version: '1.1.13' },
  };
  const host = { architecture, cpu_threads: cpu_count, memory_bytes: totalmem(), kernel_version, os, os_type: 'linux' };
  return { status: 200, body: { version, docker, system: host } };
}

function overview(daemon: Daemon): Reply {
  const { version, architecture, kernel_version, cpu_count } = basics(daemon);
  const online = [...daemon.servers.values()].filter((server) => server.state !== 'offline').length;
  const used = totalmem() - freemem();
  return {
    status: 200,
    body: {
      version,
      local_time: new Date(daemon.clock.now()).toISOString(),
      container_type: 'none',
      cpu: { name: 'cpu0', brand: 'Simulated CPU', vendor_id: 'Simulated', frequency_mhz: 3000, cpu_count },
      memory: {
        total_bytes: totalmem(),
        free_bytes: freemem(),
        used_bytes: used,
        used_bytes_process: process.memoryUsage().rss,
      },
      servers: { total: daemon.servers.size, online, offline: daemon.servers.size - online },
      architecture,
      kernel_version,
    },
  };
}

function stats(): Reply {
  const network = { received: 0, received_packets: 0, receiving_rate: 0, received_packets_rate: 0 };
  const sent = { sent: 0, sent_packets: 0, sending_rate: 0, sending_packets_rate: 0 };
  const memory = { used: totalmem() - freemem(), used_process: process.memoryUsage().rss, total: totalmem() };
  const disk = { used: 10_737_418_240, total: 107_374_182_400, read: 0, reading_rate: 0, written: 0, writing_rate: 0 };
  const cpu = { used: 12.5, threads: cpus().length, model: 'Simulated CPU' };
  return { status: 200, body: { stats: { cpu, network: { ...network, ...sent }, memory, disk } } };
}

function configuration(daemon: Daemon): Reply {
  const { uuid, tokenId, token, panelUrl, host, port, allowedOrigins } = daemon.options;
  const api = { host, port, ssl: { enabled: false } };
  return {
    status: 200,
    body: { uuid, token_id: tokenId, token, api, remote: panelUrl, allowed_origins: allowedOrigins },
  };
}

/** `go` takes over a new token, `rs` never does. */
function update(daemon: Daemon, request: HttpRequest): Reply {
  const body = jsonOf(daemon, request);
  if (daemon.options.flavour === 'go') {
    if (typeof body.token === 'string') daemon.options.token = body.token;
    if (typeof body.token_id === 'string') daemon.options.tokenId = body.token_id;
    if (typeof body.uuid === 'string') daemon.options.uuid = body.uuid;
  }
  return { status: 200, body: { applied: true } };
}

function usedPorts(daemon: Daemon, { query }: HttpRequest): Reply {
  const ips = query.getAll('ip');
  if (ips.length === 0) throw new HttpError(400, 'missing ip');
  const entries = ips.map((ip) => {
    const ports = [...daemon.servers.values()].flatMap((server) => {
      const allocations = isObject(server.settings.allocations) ? server.settings.allocations : {};
      const mappings = isObject(allocations.mappings) ? allocations.mappings : {};
      const own = Array.isArray(mappings[ip]) ? (mappings[ip] as number[]) : [];
      return own.map((port) => ({ port, server: server.uuid }));
    });
    return [ip, ports] as const;
  });
  return { status: 200, body: { used: Object.fromEntries(entries) } };
}

/** Closes the user's sockets and denies the tokens they were opened with. */
function deauthorize(daemon: Daemon, request: HttpRequest): Reply {
  if (daemon.options.flavour === 'go' && !isNewest(daemon.options)) throw new HttpError(404, 'not found');
  const body = jsonOf(daemon, request);
  const user = textField(daemon, body, 'user').toLowerCase();
  const servers = textsField(daemon, body, 'servers');
  for (const server of daemon.servers.values()) {
    if (servers.length > 0 && !servers.includes(server.uuid)) continue;
    for (const listener of server.listeners) {
      if (listener.user !== user) continue;
      if (listener.jti !== null) daemon.tokens.deny(listener.jti);
      listener.close(1000, 'permission revoked');
    }
  }
  return done(daemon, 204, 200);
}

function upgrade(daemon: Daemon, request: HttpRequest): Reply {
  textField(daemon, jsonOf(daemon, request), 'url');
  return { status: 202, body: { applied: true } };
}

const logFile = { name: 'wings.log', compression_type: null, size: 10, last_modified: new Date(0).toISOString() };

/** B.1 of the protocol. */
export const systemRoutes: Route[] = [
  { method: 'GET', pattern: '/api/system', handle: system },
  { method: 'GET', pattern: '/api/system/overview', only: 'rs', handle: overview },
  { method: 'GET', pattern: '/api/system/stats', only: 'rs', handle: stats },
  { method: 'GET', pattern: '/api/system/config', only: 'rs', handle: configuration },
  {
    method: 'GET',
    pattern: '/api/system/logs',
    only: 'rs',
    handle: () => ({ status: 200, body: { log_files: [logFile] } }),
  },
  {
    method: 'GET',
    pattern: '/api/system/logs/:file',
    only: 'rs',
    handle: () => ({ status: 200, body: 'simulated\n' }),
  },
  { method: 'POST', pattern: '/api/system/upgrade', only: 'rs', handle: upgrade },
  { method: 'POST', pattern: '/api/update', handle: update },
  { method: 'GET', pattern: '/api/ports/used', only: 'rs', handle: usedPorts },
  { method: 'POST', pattern: '/api/deauthorize-user', handle: deauthorize },
];
