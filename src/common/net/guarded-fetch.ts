import { Agent, request } from 'undici';
import { allowedUrl, guardedLookup, isPublicAddress, readText } from './safe-fetch.js';

export interface GuardedFetchOptions {
  /** Private addresses too, and loopback: set by the operator only. */
  readonly allowsPrivate?: boolean;
  /** Which addresses may be called, when that is for somebody else to say. */
  readonly allowsAddress?: (address: string) => boolean;
  readonly limitMs?: number;
  readonly maximumBytes?: number;
}

export interface GuardedRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type GuardedFetch = (address: string, init?: GuardedRequest) => Promise<Response>;

/**
 * `fetch` for services that the operator named, whose answers name further addresses: only public ones are called, no
 * redirect is followed, size and time are bounded.
 */
export function guardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { allowsPrivate = false, limitMs = 10_000, maximumBytes = 524_288 } = options;
  const allowsAddress = options.allowsAddress ?? (allowsPrivate ? () => true : isPublicAddress);
  return async (address, { method = 'GET', headers = {}, body } = {}) => {
    const url = allowedUrl(address, allowsAddress);
    const agent = new Agent({ connect: { lookup: guardedLookup(allowsAddress), timeout: limitMs }, pipelining: 0 });
    try {
      const answer = await request(url, {
        method,
        headers: { ...headers },
        body: body === undefined || body === null ? null : String(body as string | URLSearchParams),
        dispatcher: agent,
        signal: AbortSignal.timeout(limitMs),
      });
      const text = await readText(answer.body, maximumBytes);
      const type = answer.headers['content-type'];
      const init = { status: answer.statusCode, headers: { 'content-type': String(type ?? 'text/plain') } };
      return new Response(text === '' ? null : text, init);
    } finally {
      await agent.destroy();
    }
  };
}
