import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A program that runs beside the tests. */
export interface Child {
  readonly pid: number;
  /** Everything it printed so far, both streams. */
  output(): string;
  isRunning(): boolean;
  /** Sends a signal and waits for the end; resolves with the exit code, null when a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a program; it is ended with the test process at the latest. */
export function startChild(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child: ChildProcess = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let code: number | null = null;
  let running = true;
  const note = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (exit) => {
      [running, code] = [false, exit];
      process.removeListener('exit', killLast);
      resolve(exit);
    });
    child.once('error', (error) => {
      [running, output] = [false, `${output}\n${error.message}`];
      resolve(null);
    });
  });
  const killLast = (): void => void child.kill('SIGKILL');
  process.once('exit', killLast);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    isRunning: () => running,
    end: (signal) => {
      if (!running) return Promise.resolve(code);
      child.kill(signal);
      return ended;
    },
  };
}

/** A loopback port that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
