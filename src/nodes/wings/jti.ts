import { digest } from '../../common/crypto/digest.js';

/** The id of every token of one user for one server: stable, so that all of them can be refused at once. */
export function jtiOf(userUuid: string, serverUuid: string): string {
  return Buffer.from(digest(`${userUuid}:${serverUuid}`)).toString('hex', 0, 16);
}
