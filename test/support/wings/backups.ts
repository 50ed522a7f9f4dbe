import { createHash } from 'node:crypto';
import { request } from 'undici';
import type { Daemon } from './context.ts';
import { readArchive } from './file-tree.ts';
import type { SimulatedServer } from './server.ts';
import type { JsonObject } from './types.ts';
import { isObject } from './types.ts';

/** A backup stored by the daemon; `archive` is null when it went to S3. */
export interface BackupRecord {
  uuid: string;
  server: string;
  adapter: string;
  archive: Buffer | null;
}

interface Part {
  etag: string;
  part_number: number;
}

interface PartUrls {
  urls: string[];
  size: number;
}

const RS_CHECKSUMS: Record<string, string> = {
  'ddup-bak': 'ddup-sha1',
  btrfs: 'btrfs-subvolume',
  zfs: 'zfs-snapshot',
  restic: 'restic',
  kopia: 'kopia',
};

/** Under which name the panel tells how the repository of an adapter is reached. */
export const RS_REPOSITORIES: Record<string, string> = {
  restic: 'restic',
  'proxmox-backup-server': 'pbs',
  kopia: 'kopia',
};

/** Packs the server's files, stores or uploads them and reports to the panel. */
export async function runBackup(
  daemon: Daemon,
  server: SimulatedServer,
  { adapter, uuid }: { adapter: string; uuid: string },
): Promise<void> {
  const { clock, options } = daemon;
  const rs = options.flavour === 'rs';
  if (rs) server.broadcast('backup started', [uuid]);
  await clock.sleep(options.backupDelayMs);
  const archive = server.files.pack();
  const files = server.files.paths().length;
  const progress = { bytes_processed: archive.length, bytes_total: archive.length, files_processed: files };
  if (rs) server.broadcast('backup progress', [uuid, JSON.stringify(progress)]);
  const parts = await storedParts(daemon, { uuid, server: server.uuid, adapter, archive });
  const report = reportOf(daemon, { adapter, archive, files, parts });
  await daemon.panel.call('POST', `/backups/${uuid}`, { body: report });
  announce(daemon, server, uuid, report);
}

/** Keeps the archive where the adapter wants it; null when that failed. */
async function storedParts(daemon: Daemon, backup: BackupRecord & { archive: Buffer }): Promise<Part[] | null> {
  if (!daemon.options.backupSucceeds) return null;
  const repository = RS_REPOSITORIES[backup.adapter];
  // As wings-rs does: it knows of the repository only what the panel tells, once.
  if (repository !== undefined) {
    const told = await daemon.panel
      .call('GET', `/backups/${backup.uuid}/${repository}`, { retry: false })
      .catch(() => null);
    if (told === null) return null;
  }
  if (backup.adapter !== 's3') {
    daemon.disk.backups.set(backup.uuid, backup);
    return [];
  }
  try {
    const parts = await upload(daemon, backup.uuid, backup.archive);
    daemon.disk.backups.set(backup.uuid, { ...backup, archive: null });
    return parts;
  } catch (error) {
    if (daemon.clock.stopped) throw error;
    return null;
  }
}

interface Outcome {
  adapter: string;
  archive: Buffer;
  files: number;
  parts: Part[] | null;
}

/** The report of each flavour; on failure everything in it is zero, empty or false. */
function reportOf(daemon: Daemon, { adapter, archive, files, parts }: Outcome): JsonObject {
  const successful = parts !== null;
  if (daemon.options.flavour === 'go') {
    const stored = successful ? { checksum: hashOf('sha1', archive), size: archive.length } : { checksum: '', size: 0 };
    return { ...stored, checksum_type: 'sha1', successful, parts };
  }
  const nothing = { checksum: '', checksum_type: '', size: 0, files: 0, browsable: false, streaming: false };
  if (!successful) return { ...nothing, successful, parts: [] };
  return {
    checksum: hashOf('sha256', archive),
    checksum_type: RS_CHECKSUMS[adapter] ?? 'sha256',
    size: archive.length,
    files,
    successful,
    browsable: adapter !== 's3',
    streaming: false,
    parts,
  };
}

function hashOf(algorithm: string, content: Buffer): string {
  return createHash(algorithm).update(content).digest('hex');
}

function announce(daemon: Daemon, server: SimulatedServer, uuid: string, report: JsonObject): void {
  const { checksum, checksum_type, size, files, successful, browsable, streaming } = report;
  if (daemon.options.flavour === 'go') {
    const result = { uuid, is_successful: successful, checksum, checksum_type, file_size: size };
    return server.broadcast(`backup completed:${uuid}`, [JSON.stringify(result)]);
  }
  const result = { checksum_type, checksum, size, files, successful, browsable, streaming };
  server.broadcast('backup completed', [uuid, JSON.stringify(result)]);
}

/** Uploads an archive in parts: `rs` streams page by page and falls back to the list both flavours know. */
async function upload(daemon: Daemon, uuid: string, archive: Buffer): Promise<Part[]> {
  const streaming = daemon.options.flavour === 'rs';
  const first = streaming ? await partUrls(daemon, `/backups/${uuid}/s3/parts?from_part=1`).catch(() => null) : null;
  const urls = first ?? (await partUrls(daemon, `/backups/${uuid}?size=${archive.length}`));
  if (urls.size <= 0) throw new Error('the panel gave a part size of zero');
  const parts: Part[] = [];
  for (let at = 0; at < archive.length; at += urls.size) {
    const number = parts.length + 1;
    if (first !== null && urls.urls.length < number) {
      urls.urls.push(...(await partUrls(daemon, `/backups/${uuid}/s3/parts?from_part=${number}`)).urls);
    }
    const url = urls.urls[number - 1];
    if (url === undefined) throw new Error(`the panel gave no URL for part ${number}`);
    parts.push({ etag: await put(daemon, url, archive.subarray(at, at + urls.size)), part_number: number });
  }
  return parts;
}

async function partUrls(daemon: Daemon, path: string): Promise<PartUrls> {
  const { body } = await daemon.panel.call('GET', path);
  if (!isObject(body) || !Array.isArray(body.parts)) throw new Error('the panel gave no part URLs');
  return { urls: body.parts.map(String), size: Number(body.part_size) };
}

async function put(daemon: Daemon, url: string, content: Buffer): Promise<string> {
  const type = daemon.options.flavour === 'go' ? 'application/x-gzip' : 'application/gzip';
  const answer = await request(url, { method: 'PUT', headers: { 'content-type': type }, body: content });
  await answer.body.dump();
  if (answer.statusCode >= 300) throw new Error(`part upload answered ${answer.statusCode}`);
  return String(answer.headers.etag ?? '');
}

/** Stops the server, puts the archive back and reports to the panel. */
export async function runRestore(
  daemon: Daemon,
  server: SimulatedServer,
  { uuid, archive, truncate }: { uuid: string; archive: Buffer | null; truncate: boolean },
): Promise<void> {
  const rs = daemon.options.flavour === 'rs';
  // A locked `rs` server refuses in silence: the panel hears nothing.
  if (rs && server.lock !== null) return;
  server.lock = 'restoring';
  if (rs) server.broadcast('backup restore started');
  await server.stop();
  await daemon.clock.sleep(daemon.options.backupDelayMs);
  const successful = daemon.options.backupSucceeds && putBack(server, archive, truncate);
  server.lock = null;
  const body = rs ? { server_uuid: server.uuid, successful } : { successful };
  await daemon.panel.call('POST', `/backups/${uuid}/restore`, { body });
  server.broadcast('backup restore completed', rs ? [] : ['']);
}

function putBack(server: SimulatedServer, archive: Buffer | null, truncate: boolean): boolean {
  if (archive === null || readArchive(archive) === null) return false;
  if (truncate) server.files.clear();
  return server.files.unpack(archive);
}
