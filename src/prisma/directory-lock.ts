import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keeps two processes from opening one embedded database: they would destroy it. */
export class DirectoryLock {
  private constructor(private readonly path: string) {}

  /** Takes the lock of a folder; throws when a live process holds it. A lock left by a dead process is taken over. */
  static acquire(directory: string): DirectoryLock {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, 'panel.pid');
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(readFileSync(path, 'utf8'));
      if (isAlive(holder)) {
        throw new Error(`The data folder ${directory} is in use by process ${holder}. Stop it first.`, {
          cause: error,
        });
      }
      writeFileSync(path, String(process.pid));
    }
    return new DirectoryLock(path);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

/** In a container the old process often had the number that this one has now: that one is dead. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
