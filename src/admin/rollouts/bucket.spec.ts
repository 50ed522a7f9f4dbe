import { describe, expect, it } from '@jest/globals';
import { bucketOf, murmur3 } from './bucket.js';

describe('the hash', () => {
  it.each([
    ['', 0],
    ['a', 0x3c2569b2],
    ['test', 0xba6bd213],
    ['Hello, world!', 0xc0363e43],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
  ])('of %j is the one of the reference implementation', (text, expected) => {
    expect(murmur3(Buffer.from(text))).toBe(expected);
  });
});

describe('the bucket of an account', () => {
  it('is the one that the contract names', () => {
    expect(bucketOf('feedback_prompt', 42)).toBe(3376);
  });

  it('spreads accounts evenly', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => index + 1);
    const inFirstTenth = ids.filter((id) => bucketOf('tunnel_feature', id) < 1_000).length;
    expect(inFirstTenth).toBeGreaterThan(1_800);
    expect(inFirstTenth).toBeLessThan(2_200);
  });
});
