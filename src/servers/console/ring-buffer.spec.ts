import { expect, it } from '@jest/globals';
import { RingBuffer } from './ring-buffer.js';

const line = (byteLength: number, name = '') => ({ byteLength, name });

it('keeps the newest items in their order', () => {
  const buffer = new RingBuffer<{ byteLength: number; name: string }>(3, 1_000);
  for (const name of ['a', 'b', 'c', 'd', 'e']) buffer.push(line(1, name));
  expect(buffer.toArray().map(({ name }) => name)).toEqual(['c', 'd', 'e']);
});

it('keeps no more bytes than it may, but always the newest item', () => {
  const buffer = new RingBuffer<{ byteLength: number }>(100, 10);
  for (let i = 0; i < 5; i++) buffer.push(line(4));
  expect(buffer.size).toBe(2);
  buffer.push(line(50));
  expect(buffer.toArray()).toEqual([expect.objectContaining({ byteLength: 50 })]);
});
