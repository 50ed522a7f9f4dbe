import { isObject } from './types.ts';

/** A console message. */
export interface Frame {
  event: string;
  args: unknown[];
}

/** The text of a console message; without `args` it is the short form of the Go daemon. */
export function encodeFrame(event: string, args?: readonly unknown[]): string {
  return JSON.stringify(args === undefined ? { event } : { event, args });
}

/** Reads a console message, or answers null when the text is none. Missing or null `args` become empty. */
export function decodeFrame(text: string): Frame | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || typeof value.event !== 'string') return null;
    const args: unknown = value.args ?? [];
    return Array.isArray(args) ? { event: value.event, args } : null;
  } catch {
    return null;
  }
}
