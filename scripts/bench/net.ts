import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A loopback port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until the answer is yes; the question may fail meanwhile. */
export async function until(what: string, limitMs: number, ask: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await ask().catch(() => false))) {
    if (Date.now() > end) throw new Error(`${what} took longer than ${limitMs / 1000} s`);
    await sleep(50);
  }
}
