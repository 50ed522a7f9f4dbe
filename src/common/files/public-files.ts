import { Injectable } from '@nestjs/common';
import { notFound } from '../errors/panel-error.js';
import type { PublicFile } from './file-answers.js';

/** Files that everybody may see, told apart by their names. */
export interface PublicFileSource {
  /** The whole name, anchored: what does not fit is not asked for. */
  readonly pattern: RegExp;
  /** The file, or undefined when there is none of that name. */
  readonly read: (match: RegExpExecArray) => Promise<PublicFile | undefined>;
}

/**
 * What `/uploads/<name>` may show. Each area registers its own names and reads them from its own table, so no spelling
 * of a path leads to a file that was not meant to be public.
 */
@Injectable()
export class PublicFiles {
  private readonly sources: PublicFileSource[] = [];

  /** Called by the owning service in its constructor. */
  register(source: PublicFileSource): void {
    this.sources.push(source);
  }

  /** @throws PanelError 404. */
  async find(name: string): Promise<PublicFile> {
    for (const { pattern, read } of this.sources) {
      const match = pattern.exec(name);
      const file = match === null ? undefined : await read(match);
      if (file !== undefined) return file;
    }
    throw notFound('not found', 'uploads.not_found');
  }
}
