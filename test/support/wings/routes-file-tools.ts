import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Daemon } from './context.ts';
import { entryOf } from './file-entries.ts';
import { cleanPath } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import type { HttpRequest, Reply, Route } from './http-kit.ts';
import { HttpError, jsonOf, serverOf, textField } from './http-kit.ts';
import type { JsonObject } from './types.ts';
import { isObject } from './types.ts';

const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

/** Both search forms, by name and by content. */
function search(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const body = jsonOf(daemon, request);
  const root = cleanPath(textField(daemon, body, 'root'));
  const matches = matcherOf(body);
  const most = Number(body.limit ?? body.per_page ?? 100);
  const found = files
    .paths()
    .filter((path) => path.startsWith(root === '/' ? '/' : `${root}/`))
    .filter((path) => matches(path, files.read(path) ?? Buffer.alloc(0)))
    .slice(0, most);
  const results = found.map((path) => ({
    ...entryOf(files, path, 'rs'),
    name: path.slice(root.length).replace(/^\//, ''),
  }));
  return { status: 200, body: { results } };
}

function matcherOf(body: JsonObject): (path: string, content: Buffer) => boolean {
  if (typeof body.query === 'string') {
    const query = body.query;
    return (path, content) => path.includes(query) || (body.include_content === true && content.includes(query));
  }
  const wanted = isObject(body.content_filter) ? String(body.content_filter.query) : '';
  const include = isObject(body.path_filter) ? body.path_filter.include : undefined;
  const patterns = Array.isArray(include) ? include.map((glob) => globToExpression(String(glob))) : [/./];
  return (path, content) => patterns.some((pattern) => pattern.test(path)) && content.includes(wanted);
}

function globToExpression(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|/)${escaped.replace(/\*+/g, '.*').replace(/\?/g, '.')}$`);
}

function fingerprints(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const algorithm = request.query.get('algorithm') ?? 'sha256';
  if (algorithm !== 'crc32' && !HASHES.includes(algorithm)) throw new HttpError(400, 'unknown algorithm');
  const result: Record<string, string> = {};
  for (const name of request.query.getAll('files')) {
    const content = files.read(cleanPath(request.query.get('root') ?? '/', name));
    if (content !== null) result[name] = hash(algorithm, content);
  }
  return { status: 200, body: { fingerprints: result } };
}

function hash(algorithm: string, content: Buffer): string {
  if (algorithm === 'crc32') return crc32(content).toString(16).padStart(8, '0');
  return createHash(algorithm).update(content).digest('hex');
}

function operations(daemon: Daemon, request: HttpRequest): Reply {
  serverOf(daemon, request);
  return { status: 200, body: { operations: [] } };
}

function noOperation(daemon: Daemon, request: HttpRequest): Reply {
  serverOf(daemon, request);
  throw new HttpError(404, 'operation not found');
}

/** Former contents of files by path, oldest first. */
const formerContents = new WeakMap<FileTree, Map<string, Buffer[]>>();

/** Keeps what a file holds before it is written; answers the number of the revision. */
export function keepRevision(files: FileTree, path: string): number | null {
  const content = files.read(path);
  if (content === null) return null;
  const kept = formerContents.get(files) ?? new Map<string, Buffer[]>();
  formerContents.set(files, kept);
  const ofFile = [...(kept.get(cleanPath(path)) ?? []), content];
  kept.set(cleanPath(path), ofFile);
  return ofFile.length;
}

function revisions(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const kept = formerContents.get(files)?.get(cleanPath(request.query.get('file') ?? '/')) ?? [];
  const listed = kept.map(({ length }, index) => {
    const sizes = { size: length, stored_size: length };
    return { id: index + 1, ...sizes, user: null, is_snapshot: true, created: new Date().toISOString() };
  });
  return { status: 200, body: { revisions: listed } };
}

function revision(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const kept = formerContents.get(files)?.get(cleanPath(request.query.get('file') ?? '/'));
  const content = kept?.[Number(request.params.id) - 1];
  if (content === undefined) throw new HttpError(404, 'revision not found');
  return { status: 200, body: content };
}

function largestDirectories(daemon: Daemon, request: HttpRequest): Reply {
  const { files } = serverOf(daemon, request);
  const directory = request.query.get('directory') ?? '/';
  if (files.get(directory)?.content !== null) throw new HttpError(404, 'directory not found');
  const paths = files.list(directory).map((name) => cleanPath(directory, name));
  const entries = paths
    .filter((path) => files.get(path)?.content === null)
    .map((path) => ({ ...entryOf(files, path, 'rs'), size: files.size(path) }));
  return { status: 200, body: entries.sort((left, right) => right.size - left.size) };
}

/** The file tools only `rs` has; its operations end at once, so there are never any to list. */
export const fileToolRoutes: Route[] = [
  { method: 'POST', pattern: '/api/servers/:s/files/search', only: 'rs', handle: search },
  { method: 'GET', pattern: '/api/servers/:s/files/fingerprints', only: 'rs', handle: fingerprints },
  { method: 'GET', pattern: '/api/servers/:s/files/operations', only: 'rs', handle: operations },
  { method: 'DELETE', pattern: '/api/servers/:s/files/operations/:id', only: 'rs', handle: noOperation },
  { method: 'GET', pattern: '/api/servers/:s/files/revisions', only: 'rs', handle: revisions },
  { method: 'GET', pattern: '/api/servers/:s/files/revisions/:id', only: 'rs', handle: revision },
  { method: 'GET', pattern: '/api/servers/:s/files/largest-directories', only: 'rs', handle: largestDirectories },
];
