import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { UserPrincipal } from '../../common/access/principal.js';
import { badRequest, PanelError } from '../../common/errors/panel-error.js';
import { Config } from '../../config/config.js';
import { badAnswer } from '../../nodes/wings/wings-errors.js';
import { WingsTokens } from '../../nodes/wings/wings-tokens.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import type { ServerScope } from '../access/server-scope.js';
import type { FileGrant } from './dto/files.dto.js';
import { FileGate } from './file-gate.service.js';
import type { FileChange } from './file-gate.service.js';
import { ServerFiles } from './files.service.js';
import { ServerPath } from './server-path.js';

const MEBIBYTE = 1024 * 1024;

/** Somebody who writes files. */
export interface FileWriter extends FileChange {
  readonly caller: UserPrincipal;
}

/** Writes bytes into files: they pass through the panel chunk by chunk, or go straight to the node. */
@Injectable()
export class FileUploads {
  private readonly maximumBytes: number;

  constructor(
    private readonly gate: FileGate,
    private readonly files: ServerFiles,
    private readonly wings: Wings,
    private readonly tokens: WingsTokens,
    config: Config,
  ) {
    this.maximumBytes = config.env.FILES_UPLOAD_LIMIT_MIB * MEBIBYTE;
  }

  /** @throws PanelError 400, 409 for what the state forbids, 413, 429; 502 and 504 of the node. */
  async write(writer: FileWriter, path: ServerPath, content: string): Promise<void> {
    const bytes = Buffer.from(content);
    const source = { body: Readable.from([bytes], { objectMode: false }), length: bytes.length };
    await this.send(writer, { what: 'write', path, metadata: { filePath: path.toString() } }, source);
  }

  /**
   * Sends the body of a request on as it comes.
   * @throws PanelError 408, 411 and 415 besides those of `write`.
   */
  async upload(writer: FileWriter, path: string | undefined, request: Request): Promise<void> {
    const target = ServerPath.of(path ?? String(request.headers['x-path'] ?? ''));
    const length = this.lengthOf(request);
    const metadata = { filePath: target.toString(), size: length };
    try {
      await this.send(writer, { what: 'upload', path: target, metadata }, { body: request, length });
    } finally {
      // Nobody may have come to read it: the next request on the connection stands behind it.
      request.resume();
    }
  }

  /** Puts a former content back. @throws PanelError 404, 413, besides those of `write`. */
  async restore(writer: FileWriter, revisionId: string, path: ServerPath): Promise<void> {
    const { body, length } = await this.files.openRevision(writer.server, revisionId, path);
    try {
      if (length === undefined) throw badAnswer();
      const metadata = { filePath: path.toString(), revision: revisionId };
      await this.send(writer, { what: 'write', path, metadata }, { body, length });
    } finally {
      body.destroy();
    }
  }

  /** Signs for uploads into the server, straight to its node. @throws PanelError 409 for what the state forbids. */
  async grant(caller: UserPrincipal, server: ServerScope): Promise<FileGrant> {
    await this.gate.requireIdle(server);
    const daemon = await this.wings.forNode(server.nodeId);
    const grant = { userUuid: caller.account.uuid, serverUuid: server.uuid };
    return { token: this.tokens.fileUpload(daemon, grant), url: daemon.fileUploadUrl };
  }

  private async send(
    writer: FileWriter,
    { what, path, metadata }: { what: string; path: ServerPath; metadata: { filePath: string; size?: number } },
    source: { body: Readable; length: number },
  ): Promise<void> {
    if (path.isRoot) throw badRequest('path is required', 'files.no_name');
    const { server, caller } = writer;
    await this.gate.moving(server, () =>
      this.gate.change(writer, what, metadata, (files) => files.write(path.toString(), source, caller.account.uuid)),
    );
  }

  private lengthOf({ headers }: Request): number {
    if (headers['content-type']?.includes('octet-stream') !== true) {
      const message = 'Unsupported media type; expected application/octet-stream';
      throw new PanelError(415, 'request.unsupported_media_type', message);
    }
    // Daemons take no file whose length they do not know.
    if (headers['content-length'] === undefined) {
      throw new PanelError(411, 'files.length_required', 'Content-Length is required');
    }
    const length = Number(headers['content-length']);
    if (length > this.maximumBytes) {
      const message = `A file may have at most ${this.maximumBytes / MEBIBYTE} MiB`;
      throw new PanelError(413, 'files.too_large', message);
    }
    return length;
  }
}
