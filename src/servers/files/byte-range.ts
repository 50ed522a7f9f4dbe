import { Readable } from 'node:stream';
import { PanelError } from '../../common/errors/panel-error.js';

/** The first and the last byte that somebody wants. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The part that a `Range` header asks for (RFC 9110, 14.2); undefined for the whole: without a header, with one of
 * another kind and for several parts at once.
 * @throws PanelError 416 when no byte of it exists.
 */
export function rangeOf(header: string | undefined, length: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  const first = from === '' ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === '' || to === '' ? length - 1 : Math.min(Number(to), length - 1);
  if (first > last) throw new PanelError(416, 'files.range', 'The file has no such part');
  return { first, last };
}

/** A part of a stream; what comes before is read and dropped, what comes after is not read. */
export function partOf(body: Readable, range: ByteRange): Readable {
  return wrapped(body, cut(body, range));
}

/** The stream as it is, until it turns out to be longer than allowed: then it breaks off. */
export function atMost(body: Readable, maximumBytes: number): Readable {
  return wrapped(body, bounded(body, maximumBytes));
}

function wrapped(body: Readable, chunks: AsyncIterable<Buffer>): Readable {
  // Whoever goes away early must not leave the other end open until its next byte.
  return Readable.from(chunks, { objectMode: false }).once('close', () => body.destroy());
}

async function* cut(body: AsyncIterable<Buffer>, { first, last }: ByteRange): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const chunk of body) {
    const wanted = chunk.subarray(Math.max(0, first - position), Math.max(0, last + 1 - position));
    position += chunk.length;
    if (wanted.length > 0) yield wanted;
    if (position > last) return;
  }
}

async function* bounded(body: AsyncIterable<Buffer>, maximumBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maximumBytes) throw new PanelError(413, 'files.too_large', 'The file is too large');
    yield chunk;
  }
}
