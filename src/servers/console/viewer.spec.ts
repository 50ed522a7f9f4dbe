import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { Viewer } from './viewer.js';

it('of a viewer fifty things may wait, and all happen in their order', async () => {
  const socket = Object.assign(new EventEmitter(), { readyState: WebSocket.OPEN }) as unknown as WebSocket;
  const identity = {
    userId: 1,
    userUuid: crypto.randomUUID(),
    serverUuid: crypto.randomUUID(),
    clientIp: '203.0.113.1',
    credential: { kind: 'none' },
    permissions: [],
  } as const;
  const viewer = new Viewer(socket, new EventEmitter() as Duplex, identity, { linesDelivered: 0, linesSkipped: 0 });
  let release = (): void => undefined;
  const daemon = new Promise<void>((resolve) => (release = resolve));
  const done: number[] = [];
  const ask = (index: number): Promise<boolean> =>
    new Promise((resolve) => {
      const isTaken = viewer.enqueue(async () => {
        await daemon;
        done.push(index);
        resolve(true);
      });
      if (!isTaken) resolve(false);
    });

  const asked = Array.from({ length: 60 }, (_, index) => ask(index));
  release();
  expect((await Promise.all(asked)).filter((isTaken) => !isTaken)).toHaveLength(10);
  expect(await ask(60)).toBe(true);
  expect(done).toEqual([...Array.from({ length: 50 }, (_, index) => index), 60]);
});
