import { badRequest, PanelError } from '../errors/panel-error.js';

/** Deeper than any body of the API, and far from where recursive code runs out of stack. */
const DEEPEST = 64;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Refuses JSON that is nested too deeply, before it is parsed, and JSON in another encoding than RFC 8259 allows.
 * @throws PanelError 400, 415
 */
export function refuseOddJson(body: Uint8Array, charset: string): void {
  if (charset !== 'utf-8') throw new PanelError(415, 'request.unsupported_charset', 'JSON must be encoded as UTF-8');
  if (isTooDeep(body)) throw badRequest('The body is nested too deeply', 'request.too_deep');
}

/** Counts brackets outside of strings; the bytes of characters beyond ASCII are none of those looked for. */
function isTooDeep(body: Uint8Array): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] ?? 0;
    if (isInString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (OPENING.has(byte)) {
      if (++depth > DEEPEST) return true;
    } else if (CLOSING.has(byte)) depth--;
  }
  return false;
}
