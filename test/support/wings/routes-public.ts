import { posix } from 'node:path';
import type { Daemon } from './context.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { claimsOf, HttpError, serverBy } from './http-kit.ts';

function attachment(content: Buffer, name: string): Reply {
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${encodeURIComponent(name)}"`,
  };
  return { status: 200, body: content, headers };
}

function downloadFile(daemon: Daemon, { query }: HttpRequest): Reply {
  const claims = claimsOf(daemon, query.get('token'), 'file-download');
  const path = String(claims.file_path);
  const content = serverBy(daemon, String(claims.server_uuid)).files.read(path);
  if (content === null) throw new HttpError(404, 'file not found');
  return attachment(content, posix.basename(path));
}

/** A directory, or some files of one, as an archive. */
function downloadArchive(daemon: Daemon, { query }: HttpRequest): Reply {
  const claims = claimsOf(daemon, query.get('token'), 'file-download');
  const names = Array.isArray(claims.file_paths) ? claims.file_paths.map(String) : ['.'];
  const { files } = serverBy(daemon, String(claims.server_uuid));
  return attachment(files.pack(String(claims.file_path), names), 'archive.tar.gz');
}

function downloadBackup(daemon: Daemon, { query }: HttpRequest): Reply {
  const claims = claimsOf(daemon, query.get('token'), 'backup-download');
  const backup = daemon.disk.backups.get(String(claims.backup_uuid));
  if (!backup?.archive) throw new HttpError(404, 'backup not found');
  return attachment(backup.archive, `${backup.uuid}.tar.gz`);
}

async function upload(daemon: Daemon, { query, headers, body }: HttpRequest): Promise<Reply> {
  const claims = claimsOf(daemon, query.get('token'), 'file-upload');
  const server = serverBy(daemon, String(claims.server_uuid));
  const directory = query.get('directory') ?? '/';
  const type = headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const names: string[] = [];
  for (const value of form.values()) {
    if (typeof value === 'string') continue;
    server.files.write(posix.join(directory, value.name), Buffer.from(await value.arrayBuffer()));
    names.push(value.name);
  }
  const user = typeof claims.user_uuid === 'string' ? claims.user_uuid : null;
  const note = { server: server.uuid, user, event: 'server:file.uploaded' };
  if (daemon.options.flavour === 'rs') daemon.activity.note({ ...note, metadata: { files: names, directory } });
  else names.forEach((file) => daemon.activity.note({ ...note, metadata: { file, directory } }));
  return { status: 200, ...(daemon.options.flavour === 'rs' ? { body: {} } : {}) };
}

/** What browsers reach with a token of the panel (C.3 and C.4 of the protocol). */
export const publicRoutes: Route[] = [
  { method: 'GET', pattern: '/download/file', open: true, handle: downloadFile },
  { method: 'GET', pattern: '/download/directory', only: 'rs', open: true, handle: downloadArchive },
  { method: 'GET', pattern: '/download/files', only: 'rs', open: true, handle: downloadArchive },
  { method: 'GET', pattern: '/download/backup', open: true, handle: downloadBackup },
  { method: 'POST', pattern: '/upload/file', open: true, handle: upload },
];
