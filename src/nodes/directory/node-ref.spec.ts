import { expect, it } from '@jest/globals';
import { nodeRefOf } from './node-ref.js';

const uuid = '0d9f6c1e-5b7a-4c2d-8e3f-112233445566';

it.each([
  ['17', { id: 17 }],
  [uuid, { uuid }],
  [uuid.toUpperCase(), { uuid }],
  [uuid.replaceAll('-', ''), { uuid }],
])('reads %s', (text, expected) => {
  expect(nodeRefOf(text)).toEqual(expected);
});

it.each(['', '0', '-1', '1.5', '1e3', '9999999999', `${uuid}0`, '../1', 'null', '1;2'])(
  'finds nothing under %j',
  (text) => {
    expect(() => nodeRefOf(text)).toThrow('Node not found');
  },
);
