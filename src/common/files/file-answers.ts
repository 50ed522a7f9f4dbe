import { StreamableFile } from '@nestjs/common';
import type { Request, Response } from 'express';

/** A file that everybody may see; the version changes with its content. */
export interface PublicFile {
  readonly content: Uint8Array;
  readonly contentType: string;
  readonly version: string;
}

/** A file that only some may see. */
export interface PrivateFile {
  readonly content: Uint8Array;
  readonly contentType: string;
  /** For saving it: letters, digits, dots, dashes and underscores only. */
  readonly filename: string;
  /** Seconds that the browser of this person may keep it; absent: not at all. */
  readonly maximumAgeSeconds?: number;
}

/** Nothing that a file holds may run, load or send anything, whatever a browser takes it for. */
const SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'";

/** Answers with a public file: kept for ever, because its address changes with its content; 304 for who has it. */
export function answerPublicly(file: PublicFile, request: Request, response: Response): StreamableFile | undefined {
  const tag = `"${file.version}"`;
  response.setHeader('Content-Security-Policy', SANDBOX);
  // Pictures are shown on the frontend's origin.
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  response.setHeader('ETag', tag);
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag) === true) {
    response.status(304);
    return undefined;
  }
  return stream(file.content, file.contentType, 'inline');
}

/** Answers with a private file: shown when it is a picture, else only saved. */
export function answerPrivately(file: PrivateFile, response: Response): StreamableFile {
  const { content, contentType, filename, maximumAgeSeconds } = file;
  response.setHeader('Content-Security-Policy', SANDBOX);
  response.setHeader('Cross-Origin-Resource-Policy', 'same-site');
  response.setHeader(
    'Cache-Control',
    maximumAgeSeconds === undefined ? 'no-store' : `private, max-age=${maximumAgeSeconds}`,
  );
  const use = contentType.startsWith('image/') ? 'inline' : 'attachment';
  return stream(content, contentType, `${use}; filename="${filename}"`);
}

const stream = (content: Uint8Array, type: string, disposition: string): StreamableFile =>
  new StreamableFile(content, { type, disposition, length: content.byteLength });
