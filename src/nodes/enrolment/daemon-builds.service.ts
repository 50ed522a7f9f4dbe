import { createReadStream } from 'node:fs';
import type { ReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { notFound } from '../../common/errors/panel-error.js';
import { Config } from '../../config/config.js';
import type { Architecture } from './architectures.js';

/** Where a build comes from: a file of this machine, or another address. */
type DaemonBuild =
  | { readonly kind: 'file'; readonly size: number; readonly open: () => ReadStream }
  | { readonly kind: 'address'; readonly url: string };

/** What a new node downloads: the script that installs it, and the daemon. */
@Injectable()
export class DaemonBuilds {
  private script: Promise<string> | undefined;

  constructor(private readonly config: Config) {}

  /** The install script, as it lies beside this file. */
  installScript(): Promise<string> {
    this.script ??= readFile(new URL('./install.sh', import.meta.url), 'utf8');
    return this.script;
  }

  /** @throws PanelError 404 when this installation offers no build for the architecture. */
  async find(arch: Architecture): Promise<DaemonBuild> {
    const { WINGS_BUILD_DIR: folder, WINGS_DOWNLOAD_URL: url } = this.config.env;
    if (folder !== undefined) {
      // The name comes from a fixed list, never from the caller.
      const path = join(folder, `wings-${arch}`);
      const file = await stat(path).catch(() => undefined);
      if (file?.isFile() === true) return { kind: 'file', size: file.size, open: () => createReadStream(path) };
    }
    if (url !== undefined) return { kind: 'address', url: url.replaceAll('{arch}', arch) };
    throw notFound('This panel offers no build of the daemon', 'wings.no_build');
  }
}
