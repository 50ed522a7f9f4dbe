import { describe, expect, it } from '@jest/globals';
import { newSeed, otpauthUrl, stepOf } from './totp.js';

/** `12345678901234567890` of RFC 6238, appendix B, whose codes have eight digits: the last six are ours. */
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a code of an authenticator', () => {
  it.each([
    [59, '287082', 1],
    [1_111_111_109, '081804', 37_037_036],
    [1_234_567_890, '005924', 41_152_263],
    [2_000_000_000, '279037', 66_666_666],
  ])('is that of RFC 6238 at %i', (now, code, step) => {
    expect(stepOf(SEED, code, now)).toBe(step);
  });

  it('is good during its own step and the one before and after, and names its own step', () => {
    const [code, step] = ['005924', 41_152_263];
    const start = step * 30;
    for (const now of [start - 30, start - 1, start, start + 29, start + 30, start + 59]) {
      expect([now, stepOf(SEED, code, now)]).toEqual([now, step]);
    }
    for (const now of [start - 31, start + 60]) expect([now, stepOf(SEED, code, now)]).toEqual([now, undefined]);
  });

  it.each(['', '00592', '0059240', '00592a', ' 05924', '٠٠٥٩٢٤', '-05924', '5924'])('is six digits, not %j', (code) => {
    expect(stepOf(SEED, code, 1_234_567_890)).toBeUndefined();
  });
});

describe('a seed', () => {
  it('is 160 random bits', () => {
    expect(newSeed()).toMatch(/^[A-Z2-7]{32}$/);
    expect(newSeed()).not.toBe(newSeed());
  });

  it('is told to apps with issuer and address', () => {
    const url = new URL(otpauthUrl(SEED, 'A & B', 'ada+x@example.com'));
    expect(decodeURIComponent(url.pathname)).toBe('/A & B:ada+x@example.com');
    expect([url.searchParams.get('secret'), url.searchParams.get('issuer')]).toEqual([SEED, 'A & B']);
  });
});
