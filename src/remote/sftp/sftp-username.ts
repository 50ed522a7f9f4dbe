import { normaliseEmail } from '../../identity/users/email-address.js';

/** The two halves of an SFTP user name. */
export interface SftpUsername {
  readonly email: string;
  /** First eight hex digits of the server's uuid. */
  readonly shortId: string;
}

const FORM = /^(.{1,254})\.([0-9a-f]{8})$/is;

/**
 * Takes `<e-mail>.<8 hex>` apart at the last dot, without regard to case and to blanks around either; undefined for any
 * other form.
 */
export function parseSftpUsername(username: string): SftpUsername | undefined {
  const [, email, shortId] = FORM.exec(username.trim()) ?? [];
  if (email === undefined || shortId === undefined) return undefined;
  return { email: normaliseEmail(email), shortId: shortId.toLowerCase() };
}
