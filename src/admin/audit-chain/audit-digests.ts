import { digest } from '../../common/crypto/digest.js';

/** An entry of the activity log as it is chained; `metadata` as the database writes it, keys in its order. */
export interface ChainedEntry {
  readonly id: number;
  readonly userId: number | null;
  readonly action: string;
  readonly targetType: string | null;
  readonly targetId: string | null;
  readonly metadata: string | null;
  readonly ipAddress: string | null;
  readonly timestamp: Date;
}

/** What a link's hash covers, beside the link before it. */
export interface LinkContent {
  readonly seq: number;
  readonly entryId: number;
  readonly entryAt: Date;
  readonly entryDigest: Uint8Array;
  readonly ipDigest: Uint8Array;
  readonly metadataDigest: Uint8Array;
}

/** What comes before the first link. */
export const GENESIS: Uint8Array<ArrayBuffer> = digest('panel audit chain');

/** Who did what to what, and when. What a person reads or hides of it (`isRead`) is no part of the record. */
export function entryDigest({ id, userId, action, targetType, targetId, timestamp }: ChainedEntry) {
  return digest(JSON.stringify([id, userId, action, targetType, targetId, timestamp.toISOString()]));
}

/** Of a text that may go with an account: the salt goes too, and then nobody can try which text it was. */
export function saltedDigest(salt: Uint8Array, text: string | null) {
  return digest(salt, text === null ? '-' : `=${text}`);
}

/** The hash of a link: JSON keeps the parts apart. */
export function linkHash(before: Uint8Array, link: LinkContent): Uint8Array<ArrayBuffer> {
  const { seq, entryId, entryAt } = link;
  const digests = [before, link.entryDigest, link.ipDigest, link.metadataDigest].map((bytes) =>
    Buffer.from(bytes).toString('hex'),
  );
  return digest(JSON.stringify([seq, entryId, entryAt.toISOString(), ...digests]));
}
