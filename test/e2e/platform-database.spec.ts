import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedDatabase } from '../../src/prisma/embedded.database.js';
import { migrate } from '../../src/prisma/open-database.js';
import { applyMigrations, diffMigrationsToSchema, readMigrations, readSchema } from '../../src/prisma/schema-engine.js';

/** The migrations themselves: on the embedded database, where an empty one costs nothing. */
let database: EmbeddedDatabase;
beforeAll(async () => {
  database = await EmbeddedDatabase.inMemory();
});
afterAll(() => database.close());

const tables = async (): Promise<string[]> => {
  const rows = await database.query<{ name: string }>({
    name: 'tables',
    text: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  });
  return rows.map(({ name }) => name);
};

describe('the migrations', () => {
  it('make an empty database complete, with its roles, and are remembered by their names', async () => {
    expect(await tables()).toEqual([]);
    const applied = await migrate(database);
    expect(applied).toEqual((await readMigrations()).migrationDirectories.map(({ path }) => path));
    expect(await tables()).toEqual(expect.arrayContaining(['_prisma_migrations', 'User', 'Server', 'PanelSetting']));
    const roles = await database.query({ name: 'roles', text: 'SELECT name FROM "Role" ORDER BY name' });
    expect(roles).toEqual([{ name: 'default' }, { name: 'rootAdmin' }]);
  });

  it('do nothing the second time', async () => {
    expect(await migrate(database)).toEqual([]);
  });

  it('that fail leave nothing half-made and stop the start until somebody looks', async () => {
    const list = await readMigrations();
    const broken = {
      ...list,
      migrationDirectories: [
        ...list.migrationDirectories,
        {
          path: '29990101000000_broken',
          migrationFile: {
            path: 'migration.sql',
            content: { tag: 'ok' as const, value: 'CREATE TABLE "Half" (id int); SELECT nonsense;' },
          },
        },
      ],
    };
    await expect(applyMigrations(database.adapterFactory, broken)).rejects.toThrow();
    expect(await tables()).not.toContain('Half');
    await expect(applyMigrations(database.adapterFactory, broken)).rejects.toThrow(/failed migration/i);
  });
});

describe('the drift check', () => {
  it('finds that the migrations make exactly the schema', async () => {
    expect(await diffMigrationsToSchema(database.adapterFactory)).toBe('');
  });

  it('finds a change that no migration makes, and writes the SQL for it', async () => {
    const schema = [...(await readSchema()), { path: 'new.prisma', content: 'model Novelty {\n  id Int @id\n}\n' }];
    expect(await diffMigrationsToSchema(database.adapterFactory, schema)).toContain('CREATE TABLE "Novelty"');
  });
});
