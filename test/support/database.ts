import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Database } from '../../src/prisma/database.js';
import { EmbeddedDatabase } from '../../src/prisma/embedded.database.js';
import { migrate } from '../../src/prisma/open-database.js';
import { PostgresDatabase } from '../../src/prisma/postgres.database.js';
import { readMigrations } from '../../src/prisma/schema-engine.js';

const cache = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'node_modules', '.cache', 'panel');

/** A database and, on PostgreSQL, the address at which others reach it too. */
export interface TestDatabase {
  readonly database: Database;
  readonly url?: string;
}

/**
 * A migrated database of this test file's own: a copy of a template made once, gone when it is closed.
 * @param postgresUrl a PostgreSQL server where databases may be made; PGlite without one
 */
export async function openTestDatabase(postgresUrl = process.env['TEST_DATABASE_URL']): Promise<TestDatabase> {
  if (postgresUrl === undefined) {
    const snapshot = new Blob([readFileSync(await snapshotPath())]);
    return { database: await EmbeddedDatabase.inMemory(snapshot) };
  }
  const name = `panel_test_${randomBytes(6).toString('hex')}`;
  await copyTemplate(postgresUrl, name);
  const url = withDatabase(postgresUrl, name);
  const database = new PostgresDatabase(url, 5);
  const close = database.close.bind(database);
  database.close = async () => {
    await close();
    await administer(postgresUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  };
  return { database, url };
}

/** A snapshot of an empty migrated PGlite, one for each state of the migrations. */
async function snapshotPath(): Promise<string> {
  const path = join(cache, `template-${await migrationsHash()}.tar`);
  if (existsSync(path)) return path;
  const database = await EmbeddedDatabase.inMemory();
  await migrate(database);
  // A third of the snapshot that nothing ever reads: what new databases would be copied from.
  await database.executeSql('UPDATE pg_database SET datistemplate = false');
  for (const unused of ['template0', 'template1']) await database.executeSql(`DROP DATABASE ${unused}`);
  const snapshot = Buffer.from(await (await database.dump()).arrayBuffer());
  await database.close();
  mkdirSync(cache, { recursive: true });
  // Written aside and renamed: another process sees all of it or nothing.
  writeFileSync(`${path}.${process.pid}`, snapshot);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

/** Copying needs an unused template, so processes take turns; the first one makes it. */
async function copyTemplate(url: string, name: string): Promise<void> {
  const template = `panel_template_${await migrationsHash()}`;
  await administer(url, async (client) => {
    await client.query('SELECT pg_advisory_lock(7231908442)');
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) {
      // What a run that was killed half-way left behind.
      await client.query(`DROP DATABASE IF EXISTS ${template}_new WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${template}_new`);
      const database = new PostgresDatabase(withDatabase(url, `${template}_new`), 3);
      await migrate(database);
      await database.close();
      await client.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`);
    }
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
}

async function administer(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify((await readMigrations()).migrationDirectories));
  return hash.digest('hex').slice(0, 16);
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.toString();
}
