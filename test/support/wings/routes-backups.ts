import { request as fetchUrl } from 'undici';
import type { BackupRecord } from './backups.ts';
import { RS_REPOSITORIES, runBackup, runRestore } from './backups.ts';
import type { Daemon } from './context.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { done, HttpError, jsonOf, serverBy, serverOf, textField } from './http-kit.ts';
import type { SimulatedServer } from './server.ts';
import type { JsonObject } from './types.ts';

const GO_ADAPTERS = ['wings', 's3'];
const RS_ADAPTERS = [...GO_ADAPTERS, 'ddup-bak', 'btrfs', 'zfs', 'restic', 'proxmox-backup-server', 'kopia'];

function adapterOf(daemon: Daemon, body: JsonObject): string {
  const adapter = textField(daemon, body, 'adapter');
  const known = daemon.options.flavour === 'go' ? GO_ADAPTERS : RS_ADAPTERS;
  if (!known.includes(adapter)) throw new HttpError(400, `unknown backup adapter ${adapter}`);
  return adapter;
}

function backupOf(daemon: Daemon, request: HttpRequest): BackupRecord {
  const backup = daemon.disk.backups.get(request.params.b ?? '');
  if (backup === undefined) throw new HttpError(404, 'backup not found');
  return backup;
}

function create(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const uuid = textField(daemon, body, 'uuid');
  const adapter = adapterOf(daemon, body);
  if (daemon.options.flavour === 'rs') {
    textField(daemon, body, 'ignore');
    const known = daemon.disk.backups.has(uuid) || server.settings.backups?.includes(uuid) === true;
    if (known) throw new HttpError(409, 'backup already exists');
  }
  daemon.clock.background(`backup ${uuid}`, runBackup(daemon, server, { adapter, uuid }));
  return done(daemon, 202, 202);
}

async function restore(daemon: Daemon, request: HttpRequest): Promise<Reply> {
  const server = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const uuid = request.params.b ?? '';
  const adapter = adapterOf(daemon, body);
  if (daemon.options.flavour === 'rs' && typeof body.truncate_directory !== 'boolean') {
    throw new HttpError(400, 'invalid payload: truncate_directory is missing');
  }
  const archive = adapter === 's3' ? await download(daemon, body.download_url) : backupOf(daemon, request).archive;
  const work = runRestore(daemon, server, { uuid, archive, truncate: body.truncate_directory === true });
  daemon.clock.background(`restore ${uuid}`, work);
  return done(daemon, 202, 202);
}

async function download(daemon: Daemon, url: unknown): Promise<Buffer> {
  if (typeof url !== 'string') throw new HttpError(400, 'download_url is required for s3 backups');
  const answer = await fetchUrl(url);
  const content = Buffer.from(await answer.body.arrayBuffer());
  const type = String(answer.headers['content-type']);
  if (daemon.options.flavour === 'go' && !['application/gzip', 'application/x-gzip'].includes(type)) {
    throw new HttpError(400, `The provided backup link is not a supported content type. "${type}" is not gzip.`);
  }
  return content;
}

function removeOfServer(daemon: Daemon, request: HttpRequest): Reply {
  const server = serverOf(daemon, request);
  erase(daemon, backupOf(daemon, request), server);
  return done(daemon, 204, 202);
}

/** In the background the outcome is reported to the panel. */
async function remove(daemon: Daemon, request: HttpRequest): Promise<Reply> {
  const body = jsonOf(daemon, request);
  adapterOf(daemon, body);
  const backup = backupOf(daemon, request);
  const repository = RS_REPOSITORIES[backup.adapter];
  if (repository !== undefined)
    await daemon.panel.call('GET', `/backups/${backup.uuid}/${repository}`, { retry: false });
  erase(daemon, backup, daemon.servers.get(backup.server));
  if (body.foreground === true) return { status: 200, body: {} };
  const report = daemon.panel.call('POST', `/backups/${backup.uuid}/deletion`, { body: { successful: true } });
  daemon.clock.background(`deletion ${backup.uuid}`, report);
  return { status: 202, body: {} };
}

function erase(daemon: Daemon, backup: BackupRecord, server: SimulatedServer | undefined): void {
  daemon.disk.backups.delete(backup.uuid);
  if (daemon.options.flavour !== 'rs') return;
  server?.broadcast('backup deleted', [backup.uuid, JSON.stringify({ successful: true })]);
}

function query(daemon: Daemon, request: HttpRequest): Reply {
  return { status: 200, body: { archive_format: 'tar_gz', size: backupOf(daemon, request).archive?.length ?? 0 } };
}

/** Puts the archive into the files of a server. */
function exportTo(daemon: Daemon, request: HttpRequest): Reply {
  const body = jsonOf(daemon, request);
  const { archive } = backupOf(daemon, request);
  const server = serverBy(daemon, textField(daemon, body, 'server'));
  if (archive === null) throw new HttpError(417, 'backup is not stored on this node');
  server.files.write(textField(daemon, body, 'path'), archive);
  return { status: 200, body: {} };
}

/** B.4 of the protocol. */
export const backupRoutes: Route[] = [
  { method: 'POST', pattern: '/api/servers/:s/backup', handle: create },
  { method: 'POST', pattern: '/api/servers/:s/backup/:b/restore', handle: restore },
  { method: 'DELETE', pattern: '/api/servers/:s/backup/:b', handle: removeOfServer },
  { method: 'DELETE', pattern: '/api/backups/:b', only: 'rs', handle: remove },
  { method: 'GET', pattern: '/api/backups/:b/query', only: 'rs', handle: query },
  { method: 'POST', pattern: '/api/backups/:b/export', only: 'rs', handle: exportTo },
];
