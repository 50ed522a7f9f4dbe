import { Readable } from 'node:stream';
import { badRequest, PanelError } from '../../common/errors/panel-error.js';

/** Bytes on their way to a daemon. */
export interface UploadSource {
  readonly body: Readable;
  /** How many there will be; daemons want to know it first. */
  readonly length: number;
}

/**
 * One upload that passes through the panel chunk by chunk: the next is read when the daemon has taken the last. It
 * knows whom it waits for, so that a client that goes away is not taken for a node that fails.
 */
export class Upload {
  /** Set when the source broke off or stalled. */
  failureOfSource: PanelError | undefined;
  private readonly stop = new AbortController();
  private readonly stalled: NodeJS.Timeout;
  private waitsForSource = false;

  constructor(
    private readonly source: UploadSource,
    stallLimitMs: number,
  ) {
    this.stalled = setTimeout(() => this.stall(), stallLimitMs);
  }

  get length(): number {
    return this.source.length;
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  /** What the request sends; as much is kept as one stream's buffer holds. */
  stream(): Readable {
    return Readable.from(this.chunks(), { objectMode: false });
  }

  end(): void {
    clearTimeout(this.stalled);
  }

  private async *chunks(): AsyncGenerator<Buffer> {
    let sent = 0;
    try {
      // A request that is not read to its end must still be answered.
      const chunks = this.source.body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      this.waitsForSource = true;
      for await (const chunk of chunks) {
        this.waitsForSource = false;
        this.stalled.refresh();
        sent += chunk.length;
        yield chunk;
        this.waitsForSource = true;
      }
      this.waitsForSource = false;
    } catch (error) {
      this.failureOfSource ??= aborted(error);
      throw error;
    } finally {
      // What the daemon did not want must be read all the same: else the next request on the connection never is.
      this.source.body.resume();
    }
    if (sent === this.length) return;
    this.failureOfSource = aborted();
    throw this.failureOfSource;
  }

  private stall(): void {
    if (this.waitsForSource) {
      this.failureOfSource = new PanelError(408, 'files.upload_stalled', 'The upload did not go on');
    }
    this.stop.abort();
  }
}

const aborted = (cause?: unknown): PanelError =>
  badRequest('The upload broke off before its end', 'files.upload_aborted', { cause });
