import type { LookupFunction } from 'node:net';
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import type { CircuitBreakerPolicy } from 'cockatiel';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { PanelError } from '../../common/errors/panel-error.js';
import { badAnswer, isOutage, nodeTimeout, nodeUnreachable } from './wings-errors.js';

const CONNECTIONS = 8;
const CONNECT_LIMIT_MS = 5_000;
const DEFAULT_LIMIT_MS = 10_000;
const DEFAULT_MAXIMUM_BYTES = 4 * 1024 * 1024;
const FAILURES_UNTIL_BROKEN = 5;
const BROKEN_FOR_MS = 5_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface NodeRequest {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Milliseconds for everything: connecting, headers and the last byte of the body. */
  readonly limitMs?: number;
  readonly maximumBytes?: number;
}

export interface NodeAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/**
 * HTTP to one daemon: its own small pool and circuit breaker, so that a node that hangs costs nobody else anything.
 * Calls are bounded in time and size, follow no redirect and are never repeated.
 */
export class NodeTransport {
  private readonly pool: Pool;
  private readonly basePath: string;
  private breaker = newBreaker();

  constructor(
    baseUrl: string,
    private readonly token: string,
    lookup: LookupFunction,
  ) {
    const url = new URL(baseUrl);
    this.basePath = `${url.pathname.replace(/\/+$/, '')}/api`;
    this.pool = new Pool(url.origin, {
      connections: CONNECTIONS,
      connect: { lookup, timeout: CONNECT_LIMIT_MS },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Calls the daemon; after several outages in a row it fails at once for a few seconds instead of waiting again. */
  async request(method: Method, path: string, options: NodeRequest = {}): Promise<NodeAnswer> {
    try {
      return await this.breaker.execute(() => this.send(method, path, options));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? nodeUnreachable(error) : error;
    }
  }

  /** Asks for a sign of life, whatever the breaker thinks; an answer closes it. */
  async probe(path: string, limitMs: number, signal: AbortSignal): Promise<NodeAnswer> {
    const answer = await this.send('GET', path, { limitMs, maximumBytes: 64 * 1024 }, signal);
    this.breaker = newBreaker();
    return answer;
  }

  /** Lets calls under way finish. */
  close(): void {
    this.pool.close().catch(() => undefined);
  }

  async destroy(): Promise<void> {
    await this.pool.destroy();
  }

  private async send(
    method: Method,
    path: string,
    { body, limitMs = DEFAULT_LIMIT_MS, maximumBytes = DEFAULT_MAXIMUM_BYTES }: NodeRequest,
    stop?: AbortSignal,
  ): Promise<NodeAnswer> {
    const limit = AbortSignal.timeout(limitMs);
    const signal = stop === undefined ? limit : AbortSignal.any([limit, stop]);
    try {
      const response = await this.pool.request({
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
