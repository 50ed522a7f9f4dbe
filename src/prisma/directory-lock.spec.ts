import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DirectoryLock } from './directory-lock.js';

const root = mkdtempSync(join(tmpdir(), 'panel-lock-'));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'data-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** Another process that holds the lock of the folder. */
async function holder(): Promise<ChildProcess> {
  const program = `require('net').createServer((socket) => socket.end(process.pid + ' x')).listen(process.argv[1], () => console.log('ready'))`;
  const child = spawn(process.execPath, ['-e', program, join(folder, 'panel.lock')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the lock of a data folder', () => {
  it('makes a missing folder, for its owner only', async () => {
    const lock = await DirectoryLock.acquire(join(folder, 'new'));
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
    await lock.release();
  });

  it('refuses a folder that a live process has open, and names the process', async () => {
    const child = await holder();
    await expect(DirectoryLock.acquire(folder)).rejects.toThrow(`in use by process ${child.pid}`);
    await kill(child);
  });

  it('takes over what a killed process left', async () => {
    await kill(await holder());
    expect(existsSync(join(folder, 'panel.lock'))).toBe(true);
    const lock = await DirectoryLock.acquire(folder);
    await expect(DirectoryLock.acquire(folder)).rejects.toThrow(`in use by process ${process.pid}`);
    await lock.release();
  });

  it('takes over a file that is no socket', async () => {
    writeFileSync(join(folder, 'panel.lock'), 'nonsense');
    await (await DirectoryLock.acquire(folder)).release();
  });

  it('refuses a second opening in the same process, until the first is closed', async () => {
    const lock = await DirectoryLock.acquire(folder);
    await expect(DirectoryLock.acquire(folder)).rejects.toThrow('in use');
    await lock.release();
    await (await DirectoryLock.acquire(folder)).release();
  });

  it.each(['nothing', 'a dead socket'])('goes to one of many that start together, finding %s', async (left) => {
    if (left === 'a dead socket') await kill(await holder());
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => DirectoryLock.acquire(folder)));
    const winners = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(winners).toHaveLength(1);
    await winners[0]?.release();
  });

  it('leaves nothing behind', async () => {
    await (await DirectoryLock.acquire(folder)).release();
    expect(existsSync(join(folder, 'panel.lock'))).toBe(false);
  });

  it('says so when the path is too long for a socket', async () => {
    await expect(DirectoryLock.acquire(join(folder, 'x'.repeat(120)))).rejects.toThrow('too long');
  });
});
