const BUCKETS = 10_000;

/** The bucket of an account in a rollout, 0 to 9999: always the same, and another one in every rollout. */
export const bucketOf = (key: string, userId: number): number => murmur3(Buffer.from(`${key}:${userId}`)) % BUCKETS;

/** MurmurHash3 x86, 32 bits, seed 0: what the web client's documentation names. */
export function murmur3(bytes: Buffer): number {
  let hash = 0;
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) {
    hash ^= mixed(bytes.readInt32LE(at));
    hash = Math.imul(rotated(hash, 13), 5) + 0xe6546b64;
  }
  let rest = 0;
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8) | bytes.readUInt8(at);
  if (whole < bytes.length) hash ^= mixed(rest);
  return finished(hash ^ bytes.length);
}

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const mixed = (block: number): number => Math.imul(rotated(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);

function finished(hash: number): number {
  let value = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
