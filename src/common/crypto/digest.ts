import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256. Enough for random secrets of 32 bytes; passwords need argon2. */
export function digest(...parts: (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** A random secret of 32 bytes as 64 hex digits. */
export const randomSecret = (): string => randomBytes(32).toString('hex');

/** Compares without telling by time where two texts differ. */
export function equalsInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}
