import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startChild } from './child.js';
import type { Child } from './child.js';
import { until } from './until.js';

const main = join(import.meta.dirname, '..', '..', 'dist', 'main.js');

/** The built panel as a process of its own, for what cannot be tried within the test's: kills, restarts, signals. */
export interface PanelProcess {
  readonly url: string;
  readonly pid: number;
  /** What it logged and printed in its present life. */
  output(): string;
  isRunning(): boolean;
  /** Sends SIGTERM and waits; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same environment, and waits until it is healthy. */
  start(): Promise<void>;
}

/**
 * Starts `dist/main.js` on a free loopback port and waits until it is healthy.
 * @param env needs `DATA_DIR`; `DATABASE_URL` for PostgreSQL
 */
export async function startPanelProcess(env: NodeJS.ProcessEnv & { DATA_DIR: string }): Promise<PanelProcess> {
  if (!existsSync(main)) throw new Error('dist/main.js is missing: run `node scripts/prepare.mjs`');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { PATH: process.env['PATH'], LOG_LEVEL: 'warn', HOST: '127.0.0.1', ...env, PORT: String(port) };
  let child: Child;
  const start = async (): Promise<void> => {
    const started = startChild(process.execPath, [main], { env: environment, cwd: env.DATA_DIR });
    child = started;
    await until('the panel is healthy', () => isHealthy(url, started), { within: 60_000, every: 50 });
  };
  await start();
  return {
    url,
    get pid() {
      return child.pid;
    },
    output: () => child.output(),
    isRunning: () => child.isRunning(),
    stop: () => child.end('SIGTERM'),
    kill: async () => void (await child.end('SIGKILL')),
    start,
  };
}

async function isHealthy(url: string, child: Child): Promise<boolean> {
  if (!child.isRunning()) throw new Error(`The panel has ended:\n${child.output()}`);
  return (await fetch(`${url}/health`)).status === 200;
}
