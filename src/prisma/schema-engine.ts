import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

const require = createRequire(import.meta.url);
const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const filters = { externalTables: [], externalEnums: [] };

export const migrationsDirectory = join(projectRoot, 'prisma', 'migrations');
export const schemaDirectory = join(projectRoot, 'prisma', 'schema');

type SchemaFile = { path: string; content: string };

/** The multi-file Prisma schema as the engine wants it. */
export async function readSchema(): Promise<SchemaFile[]> {
  const names = (await readdir(schemaDirectory)).filter((name) => name.endsWith('.prisma')).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(schemaDirectory, name);
      return { path, content: await readFile(path, 'utf8') };
    }),
  );
}

/** Prisma's list of migration files, in the order in which they apply. */
export async function readMigrations() {
  const entries = await readdir(migrationsDirectory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: await readFile(join(migrationsDirectory, name, 'migration.sql'), 'utf8'),
        },
      },
    })),
  );
  const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' };
  return { baseDir: migrationsDirectory, lockfile, shadowDbInitScript: '', migrationDirectories };
}

export type MigrationsList = Awaited<ReturnType<typeof readMigrations>>;

let loaded: Promise<void> | undefined;

/** Loads the WebAssembly build of Prisma's schema engine: the native one would have to be downloaded. */
async function loadEngine(): Promise<void> {
  const folder = dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const module = await WebAssembly.compile(await readFile(join(folder, 'schema_engine_bg.wasm')));
  const instance = await WebAssembly.instantiate(module, {
    './schema_engine_bg.js': glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
}

async function openEngine(factory: SqlMigrationAwareDriverAdapterFactory): Promise<glue.SchemaEngine> {
  await (loaded ??= loadEngine());
  const datamodels = (await readSchema()).map(({ path, content }): [string, string] => [path, content]);
  return glue.SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(factory));
}

/** Applies the migrations that the database lacks; returns their names. */
export async function applyMigrations(
  factory: SqlMigrationAwareDriverAdapterFactory,
  migrationsList?: MigrationsList,
): Promise<string[]> {
  const engine = await openEngine(factory);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: migrationsList ?? (await readMigrations()),
      filters,
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

/** SQL that leads from the migrations to the schema (that of the project unless given); empty when they agree. */
export async function diffMigrationsToSchema(
  factory: SqlMigrationAwareDriverAdapterFactory,
  schema?: readonly SchemaFile[],
): Promise<string> {
  const engine = await openEngine(factory);
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'migrations', ...(await readMigrations()) },
      to: { tag: 'schemaDatamodel', files: [...(schema ?? (await readSchema()))] },
      script: true,
      exitCode: null,
      filters,
    });
    const sql = stdout ?? '';
    return sql.trim() === '-- This is an empty migration.' ? '' : sql;
  } finally {
    engine.free();
  }
}
