import { connect } from 'node:net';
import { freePort, startChild } from './child.js';
import type { Child } from './child.js';
import { until } from './until.js';

/** A real Redis server of a test's own, on loopback; keeps nothing on disk. */
export interface RedisServer {
  readonly url: string;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: Child | undefined;
  const start = async (): Promise<void> => {
    const started = startChild('redis-server', [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ]);
    server = started;
    await until('Redis answers', () => answers(port, started), { within: 10_000 });
  };
  await start();
  return { url, start, stop: async () => void (await server?.end('SIGTERM')) };
}

function answers(port: number, server: Child): Promise<boolean> {
  if (!server.isRunning()) throw new Error(`Redis has ended:\n${server.output()}`);
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}
