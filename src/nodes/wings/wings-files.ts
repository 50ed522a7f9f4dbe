import { conflict, notFound, PanelError } from '../../common/errors/panel-error.js';
import type { DaemonKind } from '../directory/node-directory.js';
import type { Method, NodeRequest, NodeStream, NodeTransport } from './node-transport.js';
import type { UploadSource } from './upload.js';
import { parseJson } from './wings-answers.js';
import { assertSuccess } from './wings-errors.js';
import { countIn, parseEntries, parseEntry, parseRevisions } from './wings-file-answers.js';
import type { WingsFileEntry, WingsRevision } from './wings-file-answers.js';

/** Browsers give up after 10 s. */
const SHORT_LIMIT_MS = 8_000;
/** Packing, copying and deleting may take as long as there are files. */
const LONG_LIMIT_MS = 15 * 60_000;
/** A directory of a hundred thousand files. */
const LIST_MAXIMUM_BYTES = 32 * 1024 * 1024;
/** How the families say that a target exists, that the disk is full or that the server is locked. */
const CONFLICTS = [409, 417];

const fileNotFound = (): PanelError => notFound('File not found', 'files.not_found');

/** A file that is to have another place. */
export interface FileMove {
  readonly from: string;
  readonly to: string;
}

/** A file that is to have other rights: octal digits. */
export interface FileMode {
  readonly file: string;
  readonly mode: string;
}

/**
 * The files of one server on its daemon (wings-protocol B.3). Paths are absolute within the server and checked by the
 * caller. Refusals become 400, 404, 409 and 413 with texts of our own.
 */
export class WingsFiles {
  constructor(
    private readonly transport: NodeTransport,
    private readonly kind: DaemonKind,
    private readonly serverUuid: string,
  ) {}

  /** What is in a directory, directories first. @throws PanelError 404. */
  async list(directory: string): Promise<WingsFileEntry[]> {
    const query = `directory=${encodeURIComponent(directory)}`;
    const text = await this.call('GET', `/list-directory?${query}`, { maximumBytes: LIST_MAXIMUM_BYTES });
    return parseEntries(parseJson(text));
  }

  /** Opens a file for reading. @throws PanelError 404; 413 beyond `maximumBytes`, when its size is known. */
  async open(path: string, maximumBytes?: number): Promise<NodeStream> {
    // Go Wings knows no `max_size`; the length of its answer tells.
    const most = maximumBytes === undefined || this.kind === 'go' ? '' : `&max_size=${maximumBytes}`;
    return this.opened(`/contents?file=${encodeURIComponent(path)}${most}`, maximumBytes);
  }

  /** Writes a file; directories above it come into being. wings-rs notes whose revision it is. */
  async write(path: string, source: UploadSource, userUuid: string): Promise<void> {
    const user = this.kind === 'go' ? '' : `&user=${userUuid}`;
    const url = this.url(`/write?file=${encodeURIComponent(path)}${user}`);
    const answer = await this.transport.upload(url, source);
    answer.body.destroy();
    accept(answer.status);
  }

  async createDirectory(path: string, name: string): Promise<void> {
    await this.call('POST', '/create-directory', { body: { path, name } });
  }

  /** @throws PanelError 409 when nothing was renamed. */
  async rename(root: string, files: readonly FileMove[]): Promise<void> {
    const text = await this.call('PUT', '/rename', { body: { root, files } });
    if (text !== '' && countIn(parseJson(text), 'renamed') === 0) throw conflicting();
  }

  /** @throws PanelError 404 when nothing was changed. */
  async changeModes(root: string, files: readonly FileMode[]): Promise<void> {
    const text = await this.call('POST', '/chmod', { body: { root, files } });
    if (text !== '' && countIn(parseJson(text), 'updated') === 0) throw fileNotFound();
  }

  async delete(root: string, files: readonly string[]): Promise<void> {
    await this.call('POST', '/delete', { body: { root, files }, ...LONG });
  }

  /** Copies a file to a name beside it, which the daemon chooses. */
  async copy(location: string): Promise<void> {
    await this.call('POST', '/copy', { body: { location }, ...LONG });
  }

  /** Packs files into an archive in `root`, and tells its entry. */
  async compress(root: string, files: readonly string[]): Promise<WingsFileEntry> {
    return parseEntry(parseJson(await this.call('POST', '/compress', { body: { root, files }, ...LONG })));
  }

  /** Unpacks an archive into `root`. */
  async decompress(root: string, file: string): Promise<void> {
    await this.call('POST', '/decompress', { body: { root, file }, ...LONG });
  }

  /** Lets the daemon download an address; it goes on after the answer. */
  async pull(order: { root: string; url: string; fileName?: string | undefined }): Promise<void> {
    const { root, url, fileName } = order;
    const body = { root, url, foreground: false, ...(fileName !== undefined && { file_name: fileName }) };
    await this.call('POST', '/pull', { body });
  }

  /** What a file held before; empty on daemons that keep nothing. */
  async revisions(file: string): Promise<WingsRevision[]> {
    if (this.kind === 'go') return [];
    const text = await this.callUnlessMissing('GET', `/revisions?file=${encodeURIComponent(file)}`);
    return text === undefined ? [] : parseRevisions(parseJson(text));
  }

  /** Opens what a file held before. @throws PanelError 404, also on daemons that keep nothing. */
  async openRevision(id: string, file: string | undefined, maximumBytes: number): Promise<NodeStream> {
    if (this.kind === 'go') throw fileNotFound();
    const query = file === undefined ? '' : `?file=${encodeURIComponent(file)}`;
    return this.opened(`/revisions/${encodeURIComponent(id)}${query}`, maximumBytes);
  }

  /** The largest directories in one; empty on daemons that do not measure. */
  async largestDirectories(directory: string): Promise<WingsFileEntry[]> {
    if (this.kind === 'go') return [];
    const path = `/largest-directories?directory=${encodeURIComponent(directory)}`;
    const text = await this.callUnlessMissing('GET', path);
    return text === undefined ? [] : parseEntries(parseJson(text));
  }

  private async opened(path: string, maximumBytes = Infinity): Promise<NodeStream> {
    const answer = await this.transport.open(this.url(path));
    try {
      accept(answer.status);
      if ((answer.length ?? 0) > maximumBytes) throw tooLarge();
      return answer;
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
  }

  private async call(method: Method, path: string, options: NodeRequest = {}): Promise<string> {
    const request = { limitMs: SHORT_LIMIT_MS, ...options };
    const { status, text } = await this.transport.request(method, this.url(path), request);
    accept(status);
    return text;
  }

  /** Undefined when the daemon does not know the route or the file. */
  private async callUnlessMissing(method: Method, path: string): Promise<string | undefined> {
    try {
      return await this.call(method, path);
    } catch (error) {
      if (error instanceof PanelError && error.status === 404) return undefined;
      throw error;
    }
  }

  private url(path: string): string {
    return `/servers/${this.serverUuid}/files${path}`;
  }
}

const LONG = { limitMs: LONG_LIMIT_MS, isLong: true } as const;

const tooLarge = (): PanelError => new PanelError(413, 'files.too_large', 'The file is too large');

const conflicting = (): PanelError =>
  conflict(
    'The node cannot do this now: the target exists already, the disk is full or the server is locked',
    'files.conflict',
  );

/** @throws PanelError unless the daemon answered with a success. */
function accept(status: number): void {
  if (CONFLICTS.includes(status)) throw conflicting();
  if (status === 404 || status === 405) throw fileNotFound();
  if (status === 413) throw tooLarge();
  if (status === 400 || status === 422) {
    throw new PanelError(400, 'files.refused', 'The node cannot do this with these files');
  }
  assertSuccess(status);
}
