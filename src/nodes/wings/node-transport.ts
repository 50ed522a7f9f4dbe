import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import type { CircuitBreakerPolicy } from 'cockatiel';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { PanelError } from '../../common/errors/panel-error.js';
import { Upload } from './upload.js';
import type { UploadSource } from './upload.js';
import { badAnswer, isOutage, nodeTimeout, nodeUnreachable } from './wings-errors.js';

const CONNECTIONS = 8;
/** Files and work that takes minutes have connections of their own: they must not keep a server from being stopped. */
const LONG_CONNECTIONS = 64;
const CONNECT_LIMIT_MS = 5_000;
const DEFAULT_LIMIT_MS = 10_000;
const DEFAULT_MAXIMUM_BYTES = 4 * 1024 * 1024;
/** Without a byte for so long a stream is cut. */
const STALL_LIMIT_MS = 30_000;
const FAILURES_UNTIL_BROKEN = 5;
const BROKEN_FOR_MS = 5_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface NodeRequest {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Milliseconds for everything: connecting, headers and the last byte of the body. */
  readonly limitMs?: number;
  readonly maximumBytes?: number;
  /** Work that may take minutes. */
  readonly isLong?: boolean;
}

export interface NodeAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** An answer whose body has not been read: it must be, or be destroyed. */
export interface NodeStream {
  readonly status: number;
  /** Bytes of the body, when the daemon told. */
  readonly length: number | undefined;
  readonly body: Readable;
}

/**
 * HTTP to one daemon: its own small pool and circuit breaker, so that a node that hangs costs nobody else anything.
 * Calls are bounded in time and size, follow no redirect and are never repeated.
 */
export class NodeTransport {
  private readonly pool: Pool;
  private readonly longPool: Pool;
  private readonly basePath: string;
  private breaker = newBreaker();

  constructor(
    baseUrl: string,
    private readonly token: string,
    lookup: LookupFunction,
  ) {
    const url = new URL(baseUrl);
    this.basePath = `${url.pathname.replace(/\/+$/, '')}/api`;
    const connect = { lookup, timeout: CONNECT_LIMIT_MS };
    const options = { connect, headersTimeout: 0, bodyTimeout: 0 };
    this.pool = new Pool(url.origin, { ...options, connections: CONNECTIONS });
    this.longPool = new Pool(url.origin, { ...options, connections: LONG_CONNECTIONS });
  }

  /** Calls the daemon; after several outages in a row it fails at once for a few seconds instead of waiting again. */
  request(method: Method, path: string, options: NodeRequest = {}): Promise<NodeAnswer> {
    return this.unlessBroken(() => this.send(method, path, options));
  }

  /**
   * Calls the daemon and hands the body of its answer on as it comes. Headers must arrive in time; after that the body
   * may take as long as bytes keep coming.
   */
  open(path: string): Promise<NodeStream> {
    return this.unlessBroken(async () => {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), DEFAULT_LIMIT_MS);
      try {
        return await this.stream({ method: 'GET', path, signal: limit.signal });
      } catch (error) {
        throw outageOf(error, limit.signal);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /**
   * Sends bytes as they come from elsewhere. It may take as long as bytes keep moving.
   * @throws PanelError 400 or 408 when their source fails, besides what the node does.
   */
  upload(path: string, source: UploadSource): Promise<NodeStream> {
    return this.unlessBroken(async () => {
      const upload = new Upload(source, STALL_LIMIT_MS);
      try {
        return await this.stream({ method: 'POST', path, signal: upload.signal, upload });
      } catch (error) {
        throw upload.failureOfSource ?? outageOf(error, upload.signal);
      } finally {
        upload.end();
      }
    });
  }

  /** Asks for a sign of life, whatever the breaker thinks; an answer closes it. */
  async probe(path: string, limitMs: number, signal: AbortSignal): Promise<NodeAnswer> {
    const answer = await this.send('GET', path, { limitMs, maximumBytes: 64 * 1024 }, signal);
    this.breaker = newBreaker();
    return answer;
  }

  /** Lets calls under way finish. */
  close(): void {
    for (const pool of [this.pool, this.longPool]) pool.close().catch(() => undefined);
  }

  async destroy(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.longPool.destroy()]);
  }

  private async unlessBroken<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await this.breaker.execute(work);
    } catch (error) {
      throw error instanceof BrokenCircuitError ? nodeUnreachable(error) : error;
    }
  }

  private async stream({ method, path, signal, upload }: StreamOrder): Promise<NodeStream> {
    const response = await this.longPool.request({
      method,
      path: `${this.basePath}${path}`,
      signal,
      bodyTimeout: STALL_LIMIT_MS,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(upload !== undefined && {
          'content-type': 'application/octet-stream',
          'content-length': String(upload.length),
        }),
      },
      body: upload?.stream() ?? null,
    });
    const length = Number(response.headers['content-length'] ?? Number.NaN);
    // Whoever reads it hears of errors; one that nobody reads must not end the process.
    response.body.on('error', () => undefined);
    return {
      status: response.statusCode,
      length: Number.isSafeInteger(length) ? length : undefined,
      body: response.body,
    };
  }

  private async send(
    method: Method,
    path: string,
    { body, limitMs = DEFAULT_LIMIT_MS, maximumBytes = DEFAULT_MAXIMUM_BYTES, isLong = false }: NodeRequest,
    stop?: AbortSignal,
  ): Promise<NodeAnswer> {
    const limit = AbortSignal.timeout(limitMs);
    const signal = stop === undefined ? limit : AbortSignal.any([limit, stop]);
    try {
      const response = await (isLong ? this.longPool : this.pool).request({
        method,
        path: `${this.basePath}${path}`,
        signal,
        headers: {
          authorization: `Bearer ${this.token}`,
          accept: 'application/json',
          // Exactly this: wings-rs refuses a charset behind it.
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await readText(response.body, maximumBytes);
      return { status: response.statusCode, contentType: String(response.headers['content-type'] ?? ''), text };
    } catch (error) {
      throw outageOf(error, limit);
    }
  }
}

interface StreamOrder {
  readonly method: Method;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly upload?: Upload;
}

class TooLarge extends Error {}

async function readText(body: Dispatcher.ResponseData['body'], maximumBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > maximumBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function outageOf(error: unknown, limit: AbortSignal): PanelError {
  if (error instanceof TooLarge || isProtocolError(error)) return badAnswer(error);
  const code = (error as { code?: unknown } | null)?.code;
  if (limit.aborted || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return nodeTimeout(error);
  return nodeUnreachable(error);
}

/** What came back was no HTTP. */
function isProtocolError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

function newBreaker(): CircuitBreakerPolicy {
  return circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: BROKEN_FOR_MS,
    breaker: new ConsecutiveBreaker(FAILURES_UNTIL_BROKEN),
  });
}
