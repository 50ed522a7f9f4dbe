import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const START_LIMIT_MS = 60_000;

/** Starts the built panel and waits until it is healthy. */
export async function startPanelProcess(baseUrl: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(root, 'dist', 'main.js')], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await isHealthy(baseUrl))) {
    if (child.exitCode !== null) throw new Error('The panel ended before it was ready.');
    if (Date.now() > deadline) throw new Error('The panel did not become ready in time.');
    await pause(200);
  }
  return child;
}

async function isHealthy(baseUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${baseUrl}/health`)).ok;
  } catch {
    return false;
  }
}
