import fc from 'fast-check';
import type { Schema } from './document.js';
import { resolve, sampleOf } from './sample.js';

/** Values that break careless code: wrong types, numbers at the edges, texts that databases and terminals dislike. */
export const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2_147_483_648,
  Number.MAX_SAFE_INTEGER,
  1e308,
  '',
  ' ',
  '0',
  'null',
  'NaN',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u0007\u001b[2J',
  '💥'.repeat(20),
  '\'; DROP TABLE "User"; --',
  '{{config.token}}',
  '../../etc/passwd',
  '9'.repeat(40),
  '2026-13-45T99:99:99Z',
  [],
  [[]],
  [null],
  ['a', 1, null],
  {},
  { constructor: { prototype: { polluted: true } } },
  { length: 1e9 },
  { $gt: '' },
];

/** A JSON text: `__proto__` survives in it, where an object literal would lose it. */
export const POLLUTION = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}';

/** Bodies around a schema: good ones with one or several fields replaced, dropped or added, and others altogether. */
export function bodiesAround(schema: Schema): fc.Arbitrary<unknown> {
  const resolved = resolve(schema);
  const sample = sampleOf(resolved);
  if (typeof sample !== 'object' || sample === null) return fc.constantFrom(...HOSTILE_VALUES);
  const names = Object.keys(resolved.properties ?? {});
  const name = fc.oneof(fc.constantFrom(...(names.length > 0 ? names : ['x'])), fc.string({ maxLength: 12 }));
  const value = fc.oneof(fc.constantFrom(...HOSTILE_VALUES), fc.jsonValue({ maxDepth: 3 }));
  const change = fc.tuple(name, fc.option(value, { nil: undefined }));
  const changed = fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) => ({ ...sample, ...Object.fromEntries(changes) }));
  return fc.oneof({ weight: 6, arbitrary: changed }, { weight: 1, arbitrary: value });
}

/** Values for one parameter of a path, encoded as they go into it. */
export const HOSTILE_SEGMENTS: readonly string[] = [
  '0',
  '-1',
  '1.5',
  '1e3',
  '%20',
  '+1',
  '0x1',
  'NaN',
  'null',
  '2147483648',
  '9223372036854775808',
  '9'.repeat(60),
  'x'.repeat(3000),
  '%00',
  '1%00',
  '%2e%2e',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2f',
  '..%5c..%5c',
  '%ff',
  '%c0%ae',
  '%E0%A4%A',
  // Full-width and other digits that some parsers take for 1.
  '%EF%BC%91',
  '%D9%A1',
  '%E2%81%B1',
  '%E2%80%AE1',
  "1'%20OR%20'1'%3D'1",
  '1;DROP%20TABLE',
  '*',
  '%25',
  '[object%20Object]',
  '__proto__',
  'constructor',
  '00000000-0000-0000-0000-000000000000',
  '{00000000-0000-4000-8000-000000000000}',
];
