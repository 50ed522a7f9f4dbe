import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, request } from 'undici';

/** Why an address was not fetched; the message may be shown to whoever asked for it. */
export class FetchRefused extends Error {}

/** The other side answered with a status that is no success. */
export class FetchFailed extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

export interface SafeFetchOptions {
  readonly maximumBytes?: number;
  /** For everything together, redirects included. */
  readonly limitMs?: number;
  readonly maximumRedirects?: number;
  /** Lets tests reach their own servers; never set from outside. */
  readonly allowsAddress?: (address: string) => boolean;
}

/** Metadata services of clouds that do not lie in a special range. */
const METADATA = new Set(['100.100.100.200', '168.63.129.16']);

/** Whether an address belongs to the open internet: not to this host, its network or a cloud's inside. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // `process` turns IPv4 written as IPv6 into IPv4; other forms that carry one are no `unicast`.
  const address = ipaddr.process(text);
  return address.range() === 'unicast' && !METADATA.has(address.toString());
}

/**
 * Fetches an address that somebody else chose (eggs, webhooks). Only http and https to public addresses: names are
 * judged by what they resolve to at the moment of connecting, redirects are judged like the first address, and size and
 * time are bounded.
 * @returns the body as text.
 * @throws FetchRefused for what is not allowed, FetchFailed for another status than 2xx, or the network's error.
 */
export async function safeFetch(address: string, options: SafeFetchOptions = {}): Promise<string> {
  const { limitMs = 10_000, maximumBytes = 1_048_576, maximumRedirects = 3, allowsAddress = isPublicAddress } = options;
  const agent = new Agent({ connect: { lookup: guardedLookup(allowsAddress), timeout: limitMs }, pipelining: 0 });
  const signal = AbortSignal.timeout(limitMs);
  try {
    let url = allowedUrl(address, allowsAddress);
    for (let hop = 0; hop <= maximumRedirects; hop++) {
      const response = await request(url, { dispatcher: agent, signal, headers: { accept: 'application/json, */*' } });
      const location = response.headers['location'];
      const isRedirect = response.statusCode >= 300 && response.statusCode < 400 && typeof location === 'string';
      if (!isRedirect) {
        if (response.statusCode < 200 || response.statusCode >= 300) throw new FetchFailed(response.statusCode);
        return await readText(response.body, maximumBytes);
      }
      // An error listener must stand: what is dropped half-way reports an abort.
      response.body.on('error', () => undefined).destroy();
      url = allowedUrl(new URL(location, url).href, allowsAddress);
    }
    throw new FetchRefused('too many redirects');
  } finally {
    await agent.destroy();
  }
}

/**
 * The address, when it may be fetched as far as its text tells.
 * @throws FetchRefused
 */
export function allowedUrl(address: string, allowsAddress: (address: string) => boolean): URL {
  if (!URL.canParse(address)) throw new FetchRefused('Invalid URL');
  // The URL class writes decimal, octal and hexadecimal addresses as dotted ones.
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new FetchRefused('URL must use http or https scheme');
  if (url.username !== '' || url.password !== '')
    throw new FetchRefused('the URL must not hold a user name or password');
  if (url.port === '0') throw new FetchRefused('the URL has an impossible port');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !allowsAddress(host)) throw new FetchRefused('the address is not public');
  return url;
}

/** Resolves names to allowed addresses only, for the connection itself: a second look-up could tell something else. */
export function guardedLookup(allowsAddress: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '');
      const allowed = found.filter(({ address }) => allowsAddress(address));
      const [first] = allowed;
      // One inside address among public ones is an attack as well.
      if (first === undefined || allowed.length < found.length) {
        return callback(new FetchRefused('the address is not public'), '');
      }
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** A body of at most so many bytes. @throws FetchRefused */
export async function readText(body: AsyncIterable<Buffer>, maximumBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maximumBytes) throw new FetchRefused(`the answer is larger than ${maximumBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
