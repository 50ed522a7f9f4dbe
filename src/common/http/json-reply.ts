import { StreamableFile } from '@nestjs/common';
import type { Response } from 'express';

/** From here on one copy into a buffer is cheaper than encoding while writing. */
const LARGE = 65_536;
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * Sends what a handler returned as JSON, in one piece with the headers. Express looks up settings, content types and
 * freshness first and writes headers and body apart, which costs a small answer a tenth of its time.
 * @returns whether it was sent; false for everything that Express has rules of its own for.
 */
export function replyWithJson(response: Response, body: unknown): boolean {
  if (!isJson(body) || WITHOUT_BODY.has(response.statusCode) || response.req.method === 'HEAD') return false;
  if (response.hasHeader('Content-Type') || response.hasHeader('ETag') || response.hasHeader('Last-Modified'))
    return false;
  const text = JSON.stringify(body);
  const content = text.length < LARGE ? text : Buffer.from(text);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(content));
  response.end(content);
  return true;
}

/** Lists and objects of data; streams, errors and bytes are none. */
function isJson(body: unknown): body is object {
  if (typeof body !== 'object' || body === null) return false;
  return (
    !(body instanceof StreamableFile) && !(body instanceof Error) && !ArrayBuffer.isView(body) && !('toJSON' in body)
  );
}
