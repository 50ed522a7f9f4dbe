import { expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.js';

it('lets a burst through, then only the rate', () => {
  let now = 0;
  const bucket = new TokenBucket(20, 40, () => now);
  const takeAll = (): number => {
    let taken = 0;
    while (bucket.take()) taken++;
    return taken;
  };
  expect(takeAll()).toBe(40);
  now += 500;
  expect(takeAll()).toBe(10);
  now += 60_000;
  expect(takeAll()).toBe(40);
  now -= 3_600_000;
  expect(takeAll()).toBe(0);
});
