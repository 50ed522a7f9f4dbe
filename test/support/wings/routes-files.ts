import { posix } from 'node:path';
import type { Daemon } from './context.ts';
import { entryOf, mimeOf } from './file-entries.ts';
import { cleanPath } from './file-tree.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { done, HttpError, jsonOf, objectsField, serverOf, textField, textsField } from './http-kit.ts';
import { pullRoutes } from './routes-pulls.ts';
import { fileToolRoutes, keepRevision } from './routes-file-tools.ts';

const isGo = (daemon: Daemon): boolean => daemon.options.flavour === 'go';

function contents(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const path = request.query.get('file') ?? '';
  const content = files.read(path);
  if (content === null) throw new HttpError(404, 'file not found');
  const most = Number(request.query.get('max_size') ?? Infinity);
  if (!isGo(daemon) && content.length > most) throw new HttpError(413, 'file is too large');
  const name = posix.basename(cleanPath(path));
  const download = request.query.get('download') !== null && request.query.get('download') !== 'false';
  return {
    status: 200,
    body: content,
    headers: {
      ...(isGo(daemon) ? { 'x-mime-type': mimeOf(name) } : {}),
      ...(download
        ? {
            'content-disposition': `attachment; filename="${encodeURIComponent(name)}"`,
            'content-type': 'application/octet-stream',
          }
        : {}),
    },
  };
}

function entriesIn(daemon: Daemon, request: HttpRequest, directory: string): Record<string, unknown>[] {
  const { files } = serverOf(daemon, request);
  if (files.get(directory)?.content !== null) throw new HttpError(404, 'directory not found');
  return files.list(directory).map((name) => entryOf(files, cleanPath(directory, name), daemon.options.flavour));
}

function listDirectory(daemon: Daemon, request: HttpRequest): Reply {
  return { status: 200, body: entriesIn(daemon, request, request.query.get('directory') ?? '/') };
}

/** The paged and sorted list of `rs`. */
function list(daemon: Daemon, request: HttpRequest): Reply {
  const { query } = request;
  const entries = entriesIn(daemon, request, query.get('root') ?? query.get('directory') ?? '/');
  sortEntries(entries, query.get('sort') ?? '');
  const size = Number(query.get('per_page') ?? entries.length);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  const body = {
    total: entries.length,
    filesystem_primary: true,
    filesystem_writable: true,
    filesystem_fast: true,
    entries: entries.slice(from, from + size),
  };
  return { status: 200, body };
}

/** By `name_asc`, `size_desc` and the like; without an order directories stay first. */
function sortEntries(entries: Record<string, unknown>[], order: string): void {
  const [, key, direction] = /^(\w+)_(asc|desc)$/.exec(order) ?? [];
  if (key === undefined) return;
  const field = key === 'physical_size' ? 'size_physical' : key;
  const sign = direction === 'desc' ? -1 : 1;
  entries.sort((a, b) => sign * compare(a[field], b[field]));
}

function compare(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

function rename(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const root = textField(daemon, body, 'root');
  const moves = objectsField(daemon, body, 'files');
  if (isGo(daemon) && moves.length === 0) throw new HttpError(422, 'No files to move or rename were provided.');
  let renamed = 0;
  for (const move of moves) {
    const [from, to] = [
      cleanPath(root, textField(daemon, move, 'from')),
      cleanPath(root, textField(daemon, move, 'to')),
    ];
    if (isGo(daemon) && files.has(to))
      throw new HttpError(400, 'Cannot move or rename file, destination already exists.');
    if (files.rename(from, to)) renamed++;
  }
  return isGo(daemon) ? { status: 204 } : { status: 200, body: { renamed } };
}

function copy(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const from = cleanPath(textField(daemon, body, 'location' in body || isGo(daemon) ? 'location' : 'path'));
  if (!files.has(from)) throw new HttpError(404, 'file not found');
  const to =
    typeof body.name === 'string'
      ? cleanPath(posix.dirname(from), body.name)
      : copyName(from, (path) => files.has(path));
  if (body.overwrite === true) files.remove(to);
  if (!files.copy(from, to)) throw new HttpError(409, 'destination already exists');
  return isGo(daemon) ? { status: 204 } : { status: 200, body: entryOf(files, to, 'rs') };
}

/** `name copy.ext`, then `name copy 1.ext` and so on, as the daemons name copies. */
function copyName(path: string, taken: (path: string) => boolean): string {
  const { dir, name, ext } = posix.parse(path);
  for (let index = 0; ; index++) {
    const candidate = cleanPath(dir, `${name} copy${index === 0 ? '' : ` ${index}`}${ext}`);
    if (!taken(candidate)) return candidate;
  }
}

function copyMany(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const root = textField(daemon, body, 'root');
  const skipped: string[] = [];
  const pairs = objectsField(daemon, body, 'files');
  for (const pair of pairs) {
    const from = textField(daemon, pair, 'from');
    const to = cleanPath(root, textField(daemon, pair, 'to'));
    if (body.overwrite === true && files.has(cleanPath(root, from))) files.remove(to);
    if (!files.copy(cleanPath(root, from), to)) skipped.push(from);
  }
  return { status: 200, body: { copied: pairs.length - skipped.length, skipped } };
}

function write(daemon: Daemon, request: HttpRequest): Reply {
  const { files, settings } = serverOf(daemon, request);
  if (request.headers['content-length'] === undefined) throw new HttpError(400, 'Missing Content-Length');
  const limit = (settings.build?.disk_space ?? 0) * 1_048_576;
  if (limit > 0 && files.size() + request.body.length > limit) {
    throw new HttpError(isGo(daemon) ? 409 : 417, 'not enough disk space');
  }
  const path = request.query.get('file') ?? '';
  const revision = isGo(daemon) ? null : keepRevision(files, path);
  files.write(path, request.body);
  return isGo(daemon) ? { status: 204 } : { status: 200, body: { revision_id: revision } };
}

function createDirectory(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const parent = textField(daemon, body, 'path' in body || isGo(daemon) ? 'path' : 'root');
  files.makeDirectory(cleanPath(parent, textField(daemon, body, 'name')));
  return done(daemon, 204, 200);
}

function remove(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const root = textField(daemon, body, 'root');
  const names = textsField(daemon, body, 'files');
  if (isGo(daemon) && names.length === 0) throw new HttpError(422, 'No files were specified for deletion.');
  const deleted = names.filter((name) => files.remove(cleanPath(root, name))).length;
  return isGo(daemon) ? { status: 204 } : { status: 200, body: { deleted } };
}

function compress(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const root = textField(daemon, body, 'root');
  const names = textsField(daemon, body, 'files');
  const named = !isGo(daemon) && typeof body.name === 'string' ? body.name : null;
  const stamp = new Date().toISOString().replace(/[:.]/g, '');
  const path = cleanPath(root, named ?? `archive-${stamp}.tar.gz`);
  files.write(path, files.pack(root, names));
  if (!isGo(daemon) && body.foreground === false) return { status: 202, body: { identifier: crypto.randomUUID() } };
  return { status: 200, body: entryOf(files, path, daemon.options.flavour) };
}

function decompress(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const root = textField(daemon, body, 'root');
  const content = files.read(cleanPath(root, textField(daemon, body, 'file')));
  if (content === null) throw new HttpError(404, 'file not found');
  if (!files.unpack(content, root)) {
    throw new HttpError(
      isGo(daemon) ? 400 : 417,
      'The archive provided is in a format this daemon does not understand.',
    );
  }
  if (!isGo(daemon) && body.foreground === false) return { status: 202, body: { identifier: crypto.randomUUID() } };
  return done(daemon, 204, 200);
}

function changeMode(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const root = textField(daemon, body, 'root');
  const wanted = objectsField(daemon, body, 'files');
  const updated = wanted.filter((entry) => {
    const mode = Number.parseInt(textField(daemon, entry, 'mode'), 8);
    if (Number.isNaN(mode)) throw new HttpError(400, 'Invalid file mode.');
    return files.setMode(cleanPath(root, textField(daemon, entry, 'file')), mode);
  }).length;
  return isGo(daemon) ? { status: 204 } : { status: 200, body: { updated } };
}

const under = (method: string, name: string, handle: Route['handle'], only?: Route['only']): Route => ({
  method,
  pattern: `/api/servers/:s/files/${name}`,
  handle,
  ...(only === undefined ? {} : { only }),
});

/** B.3 of the protocol. */
export const fileRoutes: Route[] = [
  under('GET', 'contents', contents),
  under('GET', 'list-directory', listDirectory),
  under('GET', 'list', list, 'rs'),
  under('PUT', 'rename', rename),
  under('POST', 'copy', copy),
  under('POST', 'copy-many', copyMany, 'rs'),
  under('POST', 'write', write),
  under('POST', 'create-directory', createDirectory),
  under('POST', 'delete', remove),
  under('POST', 'compress', compress),
  under('POST', 'decompress', decompress),
  under('POST', 'chmod', changeMode),
  ...pullRoutes,
  ...fileToolRoutes,
];
