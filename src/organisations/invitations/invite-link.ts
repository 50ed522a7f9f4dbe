import { digest, randomSecret } from '../../common/crypto/digest.js';

const LIFETIME_MS = 7 * 86_400_000;

/** The secret of a mailed link, what is stored of it, and until when it is good. */
export interface InviteLink {
  readonly secret: string;
  readonly digest: Uint8Array<ArrayBuffer>;
  readonly expiresAt: Date;
}

/** A link that works once, for seven days. */
export function newInviteLink(): InviteLink {
  const secret = randomSecret();
  return { secret, digest: inviteDigest(secret), expiresAt: new Date(Date.now() + LIFETIME_MS) };
}

/** The purpose is part of the digest: no other mailed link is an invitation. */
export const inviteDigest = (secret: string): Uint8Array<ArrayBuffer> => digest(`organisation-invite\n${secret}`);
