import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { expect, it } from '@jest/globals';
import { migrationsDirectory } from '../../src/prisma/schema-engine.js';
import { openTestDatabase } from '../support/database.js';

const TRIGRAM_INDEXES = `SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%' ORDER BY indexname`;

it('searches use trigram indexes where the database has the extension', async () => {
  const { database } = await openTestDatabase();
  try {
    const { rows } = await database.executeSql(TRIGRAM_INDEXES);
    expect(rows).toEqual(
      ['Egg', 'Node', 'Organisation', 'Server', 'User'].map((table) => ({ indexname: `${table}_search_idx` })),
    );
    await database.executeSql(
      `INSERT INTO "User" ("email", "passwordHash", "firstName", "lastName")
       SELECT md5(n::text) || '@example.test', '', 'First', 'Last' FROM generate_series(1, 20000) n`,
    );
    // What was inserted waits outside the index proper, until then the planner counts it as dear.
    await database.executeSql(`SELECT gin_clean_pending_list('"User_search_idx"')`);
    await database.executeSql('ANALYZE "User"');
    const plan = await database.executeSql(`EXPLAIN SELECT 1 FROM "User" WHERE "email" ILIKE '%abcdef12%'`);
    expect(JSON.stringify(plan.rows)).toContain('User_search_idx');
  } finally {
    await database.close();
  }
});

it('the migrations make everything else where it has not', async () => {
  const bare = await PGlite.create();
  try {
    const folders = readdirSync(migrationsDirectory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const name of folders.map((folder) => folder.name).sort()) {
      await bare.exec(readFileSync(join(migrationsDirectory, name, 'migration.sql'), 'utf8'));
    }
    expect((await bare.query(TRIGRAM_INDEXES)).rows).toEqual([]);
    await bare.query(`INSERT INTO "Egg" ("name", "dockerImage", "startup") VALUES ('Paper', 'x', 'x')`);
    expect((await bare.query(`SELECT "name" FROM "Egg" WHERE "name" ILIKE '%ape%'`)).rows).toEqual([{ name: 'Paper' }]);
  } finally {
    await bare.close();
  }
});
