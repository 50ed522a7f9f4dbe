import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { tarEnd, tarHeader } from './tar-header.js';

/** With what gzip adds to text that it cannot shrink a piece stays below 256 KiB. */
const PIECE_BYTES = 240 * 1024;
const FIRST = 1;

const compress: (bytes: Buffer) => Promise<Buffer> = promisify(gzip);

/** Keeps a piece of the archive under its place; places are given out once each. */
type KeepPiece = (position: number, data: Buffer) => Promise<void>;

/**
 * Writes one file into a compressed tar archive, piece by piece. The header of a tar names the size of the file, which is
 * known at the end only: so every piece is a gzip member of its own (members in a row are a good gzip stream, RFC 1952),
 * and the header goes last into the first place. No more than one piece is held at a time.
 */
export class ArchiveWriter {
  private readonly parts: Buffer[] = [];
  private waiting = 0;
  private position = FIRST;
  private plainBytes = 0;
  private storedBytes = 0;

  constructor(private readonly keep: KeepPiece) {}

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.parts.push(bytes);
    this.waiting += bytes.length;
    while (this.waiting >= PIECE_BYTES) await this.flush(PIECE_BYTES);
  }

  /** @returns bytes of the whole archive. */
  async finish(name: string, modified: Date): Promise<number> {
    if (this.waiting > 0) await this.flush(this.waiting);
    await this.store(this.position, tarEnd(this.plainBytes));
    await this.store(0, tarHeader(name, this.plainBytes, modified));
    return this.storedBytes;
  }

  private async flush(length: number): Promise<void> {
    const all = this.parts.length === 1 ? (this.parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.parts);
    this.parts.length = 0;
    const rest = all.subarray(length);
    if (rest.length > 0) this.parts.push(rest);
    this.waiting = rest.length;
    this.plainBytes += length;
    await this.store(this.position++, all.subarray(0, length));
  }

  private async store(position: number, plain: Buffer): Promise<void> {
    const data = await compress(plain);
    this.storedBytes += data.length;
    await this.keep(position, data);
  }
}
