import { posix } from 'node:path';
import { Injectable } from '@nestjs/common';
import { digest } from '../../common/crypto/digest.js';
import { notFound, PanelError } from '../../common/errors/panel-error.js';
import type { NodeStream } from '../../nodes/wings/node-transport.js';
import { WingsTokens } from '../../nodes/wings/wings-tokens.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { contentTypeOf } from '../files/file-downloads.js';
import { FileSlots } from '../files/file-slots.js';
import type { PublicShare } from './dto/shares.dto.js';
import { COUNT_DOWNLOAD, FIND_SHARE } from './shares.sql.js';
import type { SharedFileRow } from './shares.sql.js';

/** Files that visitors fetch from one server at a time, all of them together. */
const MAXIMUM_AT_ONCE = 24;
/** What the web client shows as text. */
const TEXTS = /\.(txt|log|md|json|ya?ml|toml|ini|cfg|conf|properties|xml|csv|js|ts|java|py|lua|sh|css|html?|sql)$/i;

/** A shared file on its way to a visitor. */
export interface SharedFile {
  readonly name: string;
  readonly stream: NodeStream;
}

/** Shared files for whoever has the link: what the server and its people may do is asked at every visit. */
@Injectable()
export class SharedFiles {
  constructor(
    private readonly database: Database,
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly tokens: WingsTokens,
    private readonly slots: FileSlots,
  ) {}

  /** @throws PanelError 404, 410 when it is over. */
  async show(token: string): Promise<PublicShare> {
    const { id, filePath, expiresAt, downloads } = await this.find(token);
    const fileName = posix.basename(filePath);
    const type = contentTypeOf(fileName);
    return {
      id,
      fileName,
      filePath,
      isPreviewableCode: TEXTS.test(fileName),
      isImage: type.startsWith('image/'),
      isVideo: type.startsWith('video/'),
      expiresAt,
      downloads,
    };
  }

  /** Counts a download and opens the file. @throws PanelError 404, 410, 413, 429; 502 and 504 of the node. */
  async open(token: string, maximumBytes?: number): Promise<SharedFile> {
    const share = await this.find(token);
    const release = this.slots.take('visitors', share.serverUuid, MAXIMUM_AT_ONCE);
    try {
      await this.count(token);
      const stream = await this.read(share, maximumBytes);
      stream.body.once('close', release);
      return { name: posix.basename(share.filePath), stream };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Counts a download and tells where the node itself gives the file out, once. @throws PanelError 404, 410. */
  async redirect(token: string): Promise<string> {
    const { id, serverUuid, nodeId, filePath } = await this.find(token);
    await this.count(token);
    const daemon = await this.wings.forNode(nodeId);
    // Visitors learn nothing of who made the link: it stands in for him.
    const grant = { userUuid: id, serverUuid, path: filePath };
    return `${daemon.fileDownloadUrl}?token=${this.tokens.fileDownload(daemon, grant)}`;
  }

  private async find(token: string): Promise<SharedFileRow> {
    const [share] = await this.database.query<SharedFileRow>(FIND_SHARE, [Buffer.from(digest(token))]);
    if (share === undefined) throw notFound('Share link not found', 'shares.not_found');
    if (!share.live) throw over();
    return share;
  }

  private async count(token: string): Promise<void> {
    const counted = await this.database.query<{ id: string }>(COUNT_DOWNLOAD, [Buffer.from(digest(token))]);
    if (counted.length === 0) throw over();
  }

  /** A file that is gone ends its link. */
  private async read(share: SharedFileRow, maximumBytes?: number): Promise<NodeStream> {
    const daemon = await this.wings.forNode(share.nodeId);
    try {
      return await daemon.files(share.serverUuid).open(share.filePath, maximumBytes);
    } catch (error) {
      if (!(error instanceof PanelError) || error.status !== 404) throw error;
      await this.prisma.serverFileShare.updateMany({ where: { id: share.id }, data: { active: false } });
      throw new PanelError(410, 'shares.file_gone', 'This file no longer exists on the server');
    }
  }
}

const over = (): PanelError => new PanelError(410, 'shares.expired', 'This share link has expired');
