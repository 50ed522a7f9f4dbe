import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { StartError } from '../config/start-error.js';
import { greetingOf, localSocketPath } from '../common/net/local-socket.js';

const SETTLING_MS = 150;

/**
 * Keeps two processes from opening one embedded database: they would destroy it.
 *
 * The lock is a socket in the folder: the kernel closes it when its process dies, whatever the reason, and two containers
 * that share a volume see each other through it. A file with a process number can do neither (numbers are used again
 * after a restart, and in every container the panel is number 1).
 */
export class DirectoryLock {
  private constructor(private readonly server: Server) {}

  /** Takes the lock of a folder; throws when a live process holds it. A lock left by a dead process is taken over. */
  static async acquire(directory: string): Promise<DirectoryLock> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = localSocketPath(directory, 'panel.lock');
    const holder = await greetingOf(path);
    if (holder !== undefined) throw inUse(directory, holder);
    rmSync(path, { force: true });
    const mark = `${process.pid} ${randomUUID()}`;
    const server = await listen(path, mark, directory);
    // Of two starts at once the second may have taken the socket of the first for an old one and removed it: the first
    // must notice. It leaves its server open, because closing would remove the socket of the second.
    await pause(SETTLING_MS);
    const winner = await greetingOf(path);
    if (winner !== mark) throw inUse(directory, winner ?? '');
    return new DirectoryLock(server);
  }

  release(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function listen(path: string, mark: string, directory: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => undefined).end(mark)).unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? inUse(directory, '') : error);
    });
    server.listen(path, () => resolve(server));
  });
}

function inUse(directory: string, holder: string): StartError {
  const [pid] = holder.split(' ');
  const by = pid === undefined || pid === '' ? 'another process' : `process ${pid}`;
  return new StartError(`The data folder ${directory} is in use by ${by}. Stop it first.`);
}
