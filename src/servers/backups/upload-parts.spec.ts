import { expect, it } from '@jest/globals';
import { bufferedParts } from './upload-parts.js';

const MIB = 1_048_576;
const GIB = 1024 * MIB;

it.each([
  ['nothing at all', 0, { count: 1, sizeMib: 128 }],
  ['a byte', 1, { count: 1, sizeMib: 128 }],
  ['exactly one part', 128 * MIB, { count: 1, sizeMib: 128 }],
  ['a byte more than one part', 128 * MIB + 1, { count: 2, sizeMib: 128 }],
  ['many parts', 62.5 * GIB, { count: 500, sizeMib: 128 }],
  ['what needs larger parts', 1000 * GIB, { count: 500, sizeMib: 2048 }],
  ['what needs more parts of the largest size', 10_000 * GIB, { count: 2000, sizeMib: 5120 }],
])('cuts %s', (_name, bytes, cut) => {
  expect(bufferedParts(bytes, 128)).toEqual(cut);
});
