import type { Daemon } from './context.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { claimsOf, done, HttpError, jsonOf, serverOf, textField, textsField } from './http-kit.ts';
import { cancelTransfer, receiveTransfer, sendTransfer } from './transfers.ts';

const capabilities = {
  wings_archive_format: 'tar_gz',
  wings_archive_compression_level: 'best_speed',
  disk_limiter_mode: 'none',
};

function send(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  if (server.lock !== null) throw new HttpError(409, `server is ${server.lock}`);
  const body = jsonOf(daemon, request);
  const order = {
    url: textField(daemon, body, 'url'),
    token: textField(daemon, body, 'token'),
    backups: body.backups === undefined ? [] : textsField(daemon, body, 'backups'),
    deleteBackups: body.delete_backups === true,
  };
  daemon.clock.background(`transfer ${server.uuid}`, sendTransfer(daemon, server, order));
  return done(daemon, 202, 202);
}

function cancel(daemon: Daemon, request: HttpRequest): Reply {
  const rs = daemon.options.flavour === 'rs';
  if (!cancelTransfer(serverOf(daemon, request))) throw new HttpError(rs ? 417 : 409, 'server is not transferring');
  return done(daemon, 202, 200);
}

/** Incoming transfers are unpacked at once, so what is left to cancel is a server still locked by one. */
function cancelIncoming(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  if (server.lock !== 'transferring') throw new HttpError(409, 'server is not transferring');
  daemon.servers.delete(server.uuid);
  daemon.disk.servers.delete(server.uuid);
  return done(daemon, 202, 200);
}

function transferTokenOf(request: HttpRequest): string {
  return (request.headers.authorization ?? '').replace(/^Bearer /, '');
}

async function receive(daemon: Daemon, request: HttpRequest): Promise<Reply> {
  const claims = claimsOf(daemon, transferTokenOf(request), 'transfer');
  const uuid = String(claims.sub).toLowerCase();
  if (daemon.servers.has(uuid)) throw new HttpError(409, 'server already exists on this node');
  await receiveTransfer(daemon, uuid, request.headers['content-type'] ?? '', request.body);
  return done(daemon, 200, 200);
}

function list(daemon: Daemon): Reply {
  const moving = [...daemon.servers.values()].filter((server) => server.lock === 'transferring');
  const progress = { archive_bytes_processed: 0, network_bytes_processed: 0, bytes_total: 0, files_processed: 0 };
  return { status: 200, body: Object.fromEntries(moving.map((server) => [server.uuid, progress])) };
}

function query(daemon: Daemon, request: HttpRequest): Reply {
  claimsOf(daemon, transferTokenOf(request), 'transfer');
  return { status: 200, body: capabilities };
}

/** B.5 of the protocol. */
export const transferRoutes: Route[] = [
  { method: 'POST', pattern: '/api/servers/:s/transfer', handle: send },
  { method: 'DELETE', pattern: '/api/servers/:s/transfer', handle: cancel },
  { method: 'POST', pattern: '/api/transfers', open: true, handle: receive },
  { method: 'GET', pattern: '/api/transfers', only: 'rs', handle: list },
  { method: 'GET', pattern: '/api/transfers/query', only: 'rs', open: true, handle: query },
  {
    method: 'GET',
    pattern: '/api/transfers/capabilities',
    only: 'rs',
    handle: () => ({ status: 200, body: capabilities }),
  },
  { method: 'DELETE', pattern: '/api/transfers/:s', handle: cancelIncoming },
];
