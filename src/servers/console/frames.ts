import type { RawData } from 'ws';

/** One message of a console socket (contract servers.md, "Browser console protocol"); all args are texts. */
export interface Frame {
  readonly event: string;
  readonly args: readonly string[];
}

const LONGEST_EVENT = 64;

/** The bytes of a message, made once for everybody who gets it. */
export function encodeFrame(event: string, args: readonly string[] = []): Buffer {
  return Buffer.from(JSON.stringify({ event, args }));
}

/** Reads a message; undefined when it is none. Missing or null `args` are empty, args that are no texts are dropped. */
export function decodeFrame(data: RawData, isBinary: boolean): Frame | undefined {
  if (isBinary || !Buffer.isBuffer(data)) return undefined;
  const value = parse(data.toString('utf8'));
  if (typeof value !== 'object' || value === null) return undefined;
  const { event, args } = value as { event?: unknown; args?: unknown };
  if (typeof event !== 'string' || event.length > LONGEST_EVENT) return undefined;
  const list: unknown[] = Array.isArray(args) ? args : [];
  return { event, args: list.filter((arg) => typeof arg === 'string') };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
