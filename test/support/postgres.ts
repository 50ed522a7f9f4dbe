import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, startChild } from './child.js';
import type { Child } from './child.js';
import { until } from './until.js';

const DEBIAN_VERSIONS = '/usr/lib/postgresql';

/** A real PostgreSQL server of a test's own, on loopback, with its data in a temporary folder. */
export interface PostgresServer {
  /** Address of its database `postgres`, with the rights to make others. */
  readonly url: string;
  /** Starts it again on the same port after `stop` or `crash`. */
  start(): Promise<void>;
  /** Ends it as an administrator would: connections are cut, the data is flushed. */
  stop(): Promise<void>;
  /** Kills it (`kill -9`): the next start recovers from the log. */
  crash(): Promise<void>;
  /** Stops it and removes the data. */
  remove(): Promise<void>;
}

/** The folder of PostgreSQL's programs, the newest version; undefined when it is not installed. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(DEBIAN_VERSIONS)) return undefined;
  const versions = readdirSync(DEBIAN_VERSIONS).sort((left, right) => Number(right) - Number(left));
  return versions
    .map((version) => join(DEBIAN_VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('PostgreSQL is not installed (Debian: apt-get install postgresql)');
  const directory = mkdtempSync(join(tmpdir(), 'panel-postgres-'));
  const account = unprivilegedAccount();
  if (account !== undefined) chownSync(directory, account.uid, account.gid);
  const data = join(directory, 'data');
  const initialise = ['-D', data, '-U', 'panel', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  execFileSync(join(programs, 'initdb'), initialise, { ...account, cwd: directory, stdio: 'pipe' });
  const port = await freePort();
  const url = `postgresql://panel@127.0.0.1:${port}/postgres`;
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${directory}`];
  let server: Child | undefined;

  const start = async (): Promise<void> => {
    const started = startChild(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
      ...account,
      cwd: directory,
    });
    server = started;
    await until('PostgreSQL answers', () => answers(url, started), { within: 30_000, every: 50 });
  };
  await start();
  return {
    url,
    start,
    stop: async () => void (await server?.end('SIGINT')),
    crash: async () => void (await server?.end('SIGKILL')),
    remove: async () => {
      await server?.end('SIGINT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, server: Child): Promise<boolean> {
  if (!server.isRunning()) throw new Error(`PostgreSQL has ended:\n${server.output()}`);
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end();
  }
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or `nobody` where that is missing. */
function unprivilegedAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const entry = accounts.find((account) => account[0] === name);
    if (entry !== undefined) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error('PostgreSQL cannot run as root, and there is no account "postgres" or "nobody"');
}
