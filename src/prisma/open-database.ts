import type { Config } from '../config/config.js';
import type { Database } from './database.js';
import { EmbeddedDatabase } from './embedded.database.js';
import { PostgresDatabase } from './postgres.database.js';
import { applyMigrations } from './schema-engine.js';

/** Opens the configured database and brings its schema up to date. */
export async function openDatabase(config: Config): Promise<Database> {
  const { DATABASE_URL, DATABASE_POOL_SIZE, DATA_DIR } = config.env;
  const database = DATABASE_URL
    ? new PostgresDatabase(DATABASE_URL, DATABASE_POOL_SIZE)
    : await EmbeddedDatabase.open(DATA_DIR);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Applies missing migrations; when several replicas start together one migrates and the others wait. */
export function migrate(database: Database): Promise<string[]> {
  return database.exclusively(() => applyMigrations(database.adapterFactory));
}
