import { expect, it } from '@jest/globals';
import { WorkQueue } from './work-queue.js';

const refusal = new Error('full');

it('never runs more at a time than allowed, and runs everything in order', async () => {
  const queue = new WorkQueue(2, 100, () => refusal);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      queue.run(async () => {
        most = Math.max(most, ++running);
        order.push(index);
        await new Promise(setImmediate);
        running -= 1;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(order).toEqual(Array.from({ length: 30 }, (_, index) => index));
});

it('refuses what does not fit into the queue, and works on', async () => {
  const queue = new WorkQueue(1, 1, () => refusal);
  const finish: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => finish.push(resolve));
  const first = queue.run(work);
  const second = queue.run(work);
  await expect(queue.run(work)).rejects.toBe(refusal);
  finish.pop()?.();
  await first;
  await new Promise(setImmediate);
  finish.pop()?.();
  await second;
  await expect(queue.run(async () => 'again')).resolves.toBe('again');
});

it('gives its place back when the work fails', async () => {
  const queue = new WorkQueue(1, 0, () => refusal);
  await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(queue.run(async () => 1)).resolves.toBe(1);
});
