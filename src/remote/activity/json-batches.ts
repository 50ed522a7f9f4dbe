import { badRequest, PanelError } from '../../common/errors/panel-error.js';

/** What one `JSON.parse` may take: a few milliseconds of the event loop. */
const PARSED_AT_ONCE = 1024 * 1024;
/** Longer bodies are worked on in pieces of at least this size, however small they arrive. */
const PIECE = 64 * 1024;

/** How a body of many entries begins: a bare list, or one in `data`. */
const LIST_START = /^[\s\uFEFF]*(?:\{\s*"data"\s*:\s*)?\[/;
const LIST_START_LIMIT = 256;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export interface BatchLimits {
  /** Bytes of the whole body. */
  readonly maximumBytes: number;
  /** Entries handed over at once. */
  readonly size: number;
}

/**
 * Reads a JSON body that is a list of entries, `{"data": […]}` or a single entry, and hands it over in batches. Bodies
 * up to 1 MiB are parsed at once; longer ones are cut between entries while they arrive, so that neither memory nor one
 * parse grows with the body. An empty body and `null` have no entries.
 * @throws PanelError 400 for what is not such JSON, 413 beyond the limits; batches before that place were handed over.
 */
export async function* jsonBatches(body: AsyncIterable<Buffer>, limits: BatchLimits): AsyncGenerator<unknown[]> {
  let cutter: ListCutter | undefined;
  let bytes = 0;
  let waiting = 0;
  let parts: Buffer[] = [];
  for await (const chunk of body) {
    bytes += chunk.length;
    waiting += chunk.length;
    if (bytes > limits.maximumBytes) throw tooLarge();
    parts.push(chunk);
    if (waiting <= (cutter === undefined ? PARSED_AT_ONCE : PIECE)) continue;
    cutter ??= new ListCutter(limits.size);
    yield* cutter.push(Buffer.concat(parts));
    [parts, waiting] = [[], 0];
  }
  const rest = Buffer.concat(parts);
  if (cutter === undefined) return yield* inSlices(entriesOf(parse(rest.toString('utf8'))), limits.size);
  yield* cutter.push(rest);
  cutter.end();
}

function* inSlices(entries: unknown[], size: number): Generator<unknown[], void> {
  for (let at = 0; at < entries.length; at += size) yield entries.slice(at, at + size);
}

function entriesOf(body: unknown): unknown[] {
  if (Array.isArray(body)) return body;
  if (body === undefined || body === null) return [];
  if (typeof body !== 'object') throw malformed();
  if (!('data' in body)) return [body];
  if (Array.isArray(body.data)) return body.data;
  if (body.data === null) return [];
  throw malformed();
}

function parse(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  if (json.trim() === '') return undefined;
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw malformed(error);
  }
}

const malformed = (cause?: unknown): PanelError =>
  badRequest('The body must be a JSON list of events', 'request.invalid', { cause });

const tooLarge = (): PanelError => new PanelError(413, 'request.too_large', 'The request body is too large');

/** Cuts a list between its entries by following quotes and brackets only; what lies between is left to `JSON.parse`. */
class ListCutter {
  private pending: Buffer = Buffer.alloc(0);
  /** How much of `pending` was looked at, and where the last complete entry in it ends. */
  private seen = 0;
  private boundary = -1;
  private entries = 0;
  private depth = 0;
  private inText = false;
  private escaped = false;
  private state: 'before' | 'within' | 'after' = 'before';

  constructor(private readonly size: number) {}

  *push(chunk: Buffer): Generator<unknown[]> {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    if (this.state === 'before') this.enter();
    while (this.state === 'within' && this.seen < this.pending.length) {
      const ended = this.step(this.pending[this.seen++] ?? 0);
      if (ended && (this.entries >= this.size || this.boundary >= PARSED_AT_ONCE / 2)) yield this.take();
    }
    if (this.state === 'after' && this.boundary >= 0) yield this.take();
    if (this.pending.length > PARSED_AT_ONCE && this.boundary < 0) throw tooLarge();
  }

  /** The body is complete: nothing but the end of the object around the list may be left. */
  end(): void {
    if (this.state !== 'after' || !/^\s*\}?\s*$/.test(this.pending.toString('utf8'))) throw malformed();
  }

  private enter(): void {
    const start = LIST_START.exec(this.pending.subarray(0, LIST_START_LIMIT).toString('utf8'))?.[0];
    if (start === undefined) throw malformed();
    this.pending = this.pending.subarray(Buffer.byteLength(start));
    this.state = 'within';
  }

  /** Looks at the byte before `seen`; true when it ends an entry of the list. */
  private step(byte: number): boolean {
    if (this.inText) return this.stepInText(byte);
    if (byte === QUOTE) this.inText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.depth += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.depth -= 1;
    if (this.depth < 0) this.state = 'after';
    else if (byte !== COMMA || this.depth > 0) return false;
    this.boundary = this.seen - 1;
    this.entries += 1;
    return true;
  }

  private stepInText(byte: number): false {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inText = false;
    return false;
  }

  /** Parses the complete entries and forgets them. */
  private take(): unknown[] {
    const text = this.pending.subarray(0, this.boundary).toString('utf8');
    this.pending = this.pending.subarray(this.boundary + 1);
    this.seen -= this.boundary + 1;
    this.boundary = -1;
    this.entries = 0;
    return parse(`[${text}]`) as unknown[];
  }
}
