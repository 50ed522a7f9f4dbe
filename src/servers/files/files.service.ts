import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { forbidden, notFound, PanelError } from '../../common/errors/panel-error.js';
import type { NodeStream } from '../../nodes/wings/node-transport.js';
import type { WingsFiles } from '../../nodes/wings/wings-files.js';
import { WingsTokens } from '../../nodes/wings/wings-tokens.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import type { ServerScope } from '../access/server-scope.js';
import type { FileEntry, FileGrant, FileRevision, LargeDirectory } from './dto/files.dto.js';
import { FileSlots } from './file-slots.js';
import { toFileEntry, toFileRevision } from './file.mapper.js';
import { ServerPath } from './server-path.js';

/** What the editor opens. */
export const CONTENTS_MAXIMUM_BYTES = 10 * 1024 * 1024;
/** The web client asks at every directory that is opened. */
const LARGEST_KEPT_MS = 30_000;

/** Reads the files of servers, which only their nodes have. */
@Injectable()
export class ServerFiles {
  /** `<node> <server> <directory>` to its largest directories. */
  private readonly largest = new PushCache<string, LargeDirectory[]>(
    { maximum: 1_000, lifetimeMs: LARGEST_KEPT_MS },
    (key) => this.measure(key),
  );

  constructor(
    private readonly wings: Wings,
    private readonly tokens: WingsTokens,
    private readonly slots: FileSlots,
  ) {}

  /** What is in a directory; nothing when there is no such directory. @throws PanelError 502, 504. */
  async list(server: ServerScope, directory: ServerPath): Promise<FileEntry[]> {
    const files = await this.of(server);
    try {
      return (await files.list(directory.toString())).map(toFileEntry);
    } catch (error) {
      if (error instanceof PanelError && error.status === 404) return [];
      throw error;
    }
  }

  /** Opens a file for the editor. @throws PanelError 403 for disks of virtual machines, 404, 413, 429, 502, 504. */
  async contents(server: ServerScope, path: ServerPath): Promise<NodeStream> {
    if (path.name.toLowerCase().endsWith('.qcow2')) {
      throw forbidden('Opening qcow2 images via the normal file manager is not allowed', 'files.qcow2');
    }
    return this.open(server, path, CONTENTS_MAXIMUM_BYTES);
  }

  /** Opens a file of any size. @throws PanelError 404, 429, 502, 504. */
  async open(server: ServerScope, path: ServerPath, maximumBytes?: number): Promise<NodeStream> {
    const files = await this.of(server);
    return this.held(server, () => files.open(path.toString(), maximumBytes));
  }

  /** Signs for one download of a file from the node. */
  async downloadGrant(caller: UserPrincipal, { uuid, nodeId }: ServerScope, path: ServerPath): Promise<FileGrant> {
    const daemon = await this.wings.forNode(nodeId);
    const grant = { userUuid: caller.account.uuid, serverUuid: uuid, path: path.toString() };
    return { token: this.tokens.fileDownload(daemon, grant), url: daemon.fileDownloadUrl };
  }

  /** What the node keeps of former contents, newest first as it tells. */
  async revisions(server: ServerScope, path: ServerPath): Promise<FileRevision[]> {
    const files = await this.of(server);
    return (await files.revisions(path.toString())).map(toFileRevision);
  }

  /** Opens a former content. @throws PanelError 404, 413, 429, 502, 504. */
  async openRevision(server: ServerScope, id: string, path: ServerPath | undefined): Promise<NodeStream> {
    if (!/^[1-9]\d{0,17}$/.test(id)) throw notFound('File not found', 'files.not_found');
    const files = await this.of(server);
    return this.held(server, () => files.openRevision(id, path?.toString(), CONTENTS_MAXIMUM_BYTES));
  }

  /** The largest directories, kept for 30 s. */
  async largestDirectories({ uuid, nodeId }: ServerScope, directory: ServerPath): Promise<LargeDirectory[]> {
    return this.largest.get(`${nodeId} ${uuid} ${directory.toString()}`);
  }

  private async measure(key: string): Promise<LargeDirectory[]> {
    const [, nodeId = '', uuid = '', directory = ''] = /^(\d+) (\S+) (.*)$/.exec(key) ?? [];
    const daemon = await this.wings.forNode(Number(nodeId));
    const entries = await daemon.files(uuid).largestDirectories(directory);
    return entries.map(({ name, size }) => ({ name, size }));
  }

  private async of({ uuid, nodeId }: ServerScope): Promise<WingsFiles> {
    return (await this.wings.forNode(nodeId)).files(uuid);
  }

  /** Counts against the caller until the stream has ended, however it ends. */
  private async held({ userId, uuid }: ServerScope, open: () => Promise<NodeStream>): Promise<NodeStream> {
    const release = this.slots.take(userId, uuid);
    try {
      const stream = await open();
      stream.body.once('close', release);
      return stream;
    } catch (error) {
      release();
      throw error;
    }
  }
}
