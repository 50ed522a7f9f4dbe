import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { atTheEnd } from './cleanup.ts';
import { freePort, until } from './net.ts';
import { Missing } from './readings.ts';

const INSTALLED = '/usr/lib/postgresql';
const START_LIMIT_MS = 30_000;

/** PostgreSQL refuses to run as root. */
interface Identity {
  uid?: number;
  gid?: number;
}

/** Starts a PostgreSQL of our own in a temporary folder with the settings of a fresh installation; gives its address. */
export async function startCluster(): Promise<string> {
  const bin = newestBinaries();
  const identity = process.getuid?.() === 0 ? unprivileged() : {};
  const folder = mkdtempSync(join(tmpdir(), 'panel-bench-postgres-'));
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);
  atTheEnd(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const options = { ...identity, cwd: folder, env: { LC_ALL: 'C.UTF-8' } };
  const initdb = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'panel', '-A', 'trust', '-E', 'UTF8'], options);
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr.toString()}`);
  const port = await freePort();
  const args = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', folder];
  const server = spawn(join(bin, 'postgres'), args, { ...options, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  atTheEnd(async () => {
    // "Fast" shutdown: open connections are cut.
    server.kill('SIGINT');
    await ended;
  });
  const url = `postgresql://panel@127.0.0.1:${port}/postgres`;
  await until('starting PostgreSQL', START_LIMIT_MS, () => answers(url));
  return url;
}

function newestBinaries(): string {
  const versions = existsSync(INSTALLED)
    ? readdirSync(INSTALLED).sort((left, right) => Number(right) - Number(left))
    : [];
  const newest = versions[0];
  if (newest === undefined) {
    throw new Missing(`No PostgreSQL below ${INSTALLED}: install the package "postgresql", or set BENCH_DATABASE_URL.`);
  }
  return join(INSTALLED, newest, 'bin');
}

function unprivileged(): Identity {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('neither a user "postgres" nor "nobody" to run PostgreSQL as');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
  return true;
}
