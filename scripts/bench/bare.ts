import { join } from 'node:path';
import { Child } from './child.ts';
import { measure } from './load.ts';
import type { Load } from './load.ts';
import { freePort } from './net.ts';

const SAMPLE_SECONDS = 1;

/** A program of this folder that answers only `/hello`, in a process of its own. */
export class Bare {
  readonly child: Child;
  readonly load: Load;

  private constructor(child: Child, load: Load) {
    this.child = child;
    this.load = load;
  }

  static async start(file: string): Promise<Bare> {
    const port = await freePort();
    const args = [String(port)];
    const child = Child.start({ file: join(import.meta.dirname, file), args, env: { NODE_ENV: 'production' } });
    const url = `http://127.0.0.1:${port}/hello`;
    await child.ready(url);
    return new Bare(child, { url });
  }

  /** Requests per second right now. */
  async sample(connections: number): Promise<number> {
    const { requestsPerSecond } = await measure(this.load, { seconds: SAMPLE_SECONDS, connections });
    return requestsPerSecond;
  }
}
