import { expect, it } from '@jest/globals';
import { presentedTokenOf } from './node-token.js';

it.each([
  ['Bearer id.secret', { id: 'id', token: 'secret' }],
  ['bearer id.secret', { id: 'id', token: 'secret' }],
  ['Bearer id.sec.ret', { id: 'id', token: 'sec.ret' }],
  ['Bearer secret', { id: undefined, token: 'secret' }],
])('takes %s apart', (header, expected) => {
  expect(presentedTokenOf(header)).toEqual(expected);
});

it.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'Bearer id.',
  'Basic id.secret',
  'Bearer a b',
  `Bearer ${'x'.repeat(513)}`,
])('finds no token in %j', (header) => {
  expect(presentedTokenOf(header)).toBeUndefined();
});
