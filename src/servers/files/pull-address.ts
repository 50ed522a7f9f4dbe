import { badRequest } from '../../common/errors/panel-error.js';
import { allowedUrl, guardedLookup, isPublicAddress } from '../../common/net/safe-fetch.js';

/**
 * An address that a node may fetch: http or https, and every address of its name public at this moment. The node looks
 * the name up again and follows redirects by its own rules; this keeps it from being asked for what is plainly inside.
 * @throws PanelError 400 `files.address_refused`.
 */
export async function requirePublicAddress(text: string): Promise<URL> {
  try {
    const url = allowedUrl(text, isPublicAddress);
    await resolved(url.hostname.replace(/^\[|\]$/g, ''));
    return url;
  } catch (error) {
    const message = 'Only public http and https addresses can be downloaded';
    throw badRequest(message, 'files.address_refused', { cause: error });
  }
}

const resolved = (hostname: string): Promise<void> =>
  new Promise((resolve, reject) => {
    guardedLookup(isPublicAddress)(hostname, { all: true }, (error) => (error === null ? resolve() : reject(error)));
  });
