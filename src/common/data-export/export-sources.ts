import { Injectable } from '@nestjs/common';

/** What one area keeps about an account. */
export interface ExportSource {
  /** The key of the list in the export: `servers`, `apiKeys` … */
  readonly name: string;
  /**
   * The rows about an account, as they may be shown to that person: nothing that opens anything (digests, seeds, hashes)
   * and nothing about other people. Read in pages, so that memory stays flat whatever their number.
   */
  rows(userId: number): AsyncIterable<object>;
}

/** Where the areas say what belongs into a data export; each adds its sources when the panel starts. */
@Injectable()
export class ExportSources {
  private readonly sources = new Map<string, ExportSource>();

  /** @throws Error for a name that is taken. */
  add(source: ExportSource): void {
    if (this.sources.has(source.name)) throw new Error(`There are two export sources called "${source.name}"`);
    this.sources.set(source.name, source);
  }

  /** All sources in the order of their names. */
  all(): ExportSource[] {
    return [...this.sources.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }
}

/** The rows of a list that is short enough to be read at once. */
export async function* rowsOf<Row extends object>(load: () => Promise<readonly Row[]>): AsyncIterable<Row> {
  yield* await load();
}

/**
 * The rows of a list of any length, page after page.
 * @param load the page that follows a row; the first one after `undefined`.
 * @param size of a full page: a shorter one is the last.
 */
export async function* pagesOf<Row extends object>(
  size: number,
  load: (last: Row | undefined) => Promise<readonly Row[]>,
): AsyncIterable<Row> {
  let last: Row | undefined;
  for (;;) {
    const page = await load(last);
    yield* page;
    last = page.at(-1);
    if (page.length < size) return;
  }
}
