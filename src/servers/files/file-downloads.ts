import { posix } from 'node:path';
import { StreamableFile } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { NodeStream } from '../../nodes/wings/node-transport.js';
import { atMost, partOf, rangeOf } from './byte-range.js';

/** Nothing that a file holds may run, load or send anything, whatever a browser takes it for. */
const SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'";
/** A reader that takes nothing for so long is let go. */
const STALL_LIMIT_MS = 60_000;

/** What browsers show in the elements for it without running anything; everything else is just bytes. */
const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.bmp': 'image/bmp',
  '.ico': 'image/x-icon',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mov': 'video/quicktime',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.flac': 'audio/flac',
};

/** The type by which a file is sent: by its name only, for its content is anybody's. */
export const contentTypeOf = (name: string): string =>
  TYPES[posix.extname(name).toLowerCase()] ?? 'application/octet-stream';

/** Sends a file to be saved, or the part of it that was asked for; bytes pass through as they come. */
export function answerDownload(
  { body, length }: NodeStream,
  name: string,
  request: Request,
  response: Response,
): StreamableFile {
  secure(response);
  const options = { type: contentTypeOf(name), disposition: dispositionOf(name) };
  if (length === undefined) return new StreamableFile(body, options);
  response.setHeader('Accept-Ranges', 'bytes');
  // Without the bytes that the range means, a 416 still tells how many there are.
  response.setHeader('Content-Range', `bytes */${length}`);
  const range = rangeOrDestroy(body, request.headers.range, length);
  response.removeHeader('Content-Range');
  if (range === undefined) return new StreamableFile(body, { ...options, length });
  response.status(206);
  response.setHeader('Content-Range', `bytes ${range.first}-${range.last}/${length}`);
  return new StreamableFile(partOf(body, range), { ...options, length: range.last - range.first + 1 });
}

function rangeOrDestroy(body: NodeStream['body'], header: string | undefined, length: number) {
  try {
    return rangeOf(header, length);
  } catch (error) {
    body.destroy();
    throw error;
  }
}

/** Sends a file as plain text, whatever it is. */
export function answerText({ body, length }: NodeStream, maximumBytes: number, response: Response): StreamableFile {
  secure(response);
  const options = { type: 'text/plain; charset=utf-8', disposition: 'inline' };
  return new StreamableFile(atMost(body, maximumBytes), { ...options, ...(length !== undefined && { length }) });
}

/** The answer may be used by pages of other origins. */
export function forEverywhere(file: StreamableFile, response: Response): StreamableFile {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  return file;
}

function secure(response: Response): void {
  response.setHeader('Content-Security-Policy', SANDBOX);
  response.setHeader('Cross-Origin-Resource-Policy', 'same-site');
  response.setHeader('Cache-Control', 'no-store');
  response.setTimeout(STALL_LIMIT_MS, () => response.destroy());
}

/** To be saved under its name; outside of ASCII in the encoding of RFC 5987. */
function dispositionOf(name: string): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${encoded}"; filename*=UTF-8''${encoded}`;
}
