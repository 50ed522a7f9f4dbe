// npm run db:diff -- <name>   writes prisma/migrations/<time>_<name>/migration.sql with what the schema has changed
// npm run db:check            fails when the schema has changes that no migration makes
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedDatabase } from '../dist/prisma/embedded.database.js';
import { diffMigrationsToSchema, migrationsDirectory } from '../dist/prisma/schema-engine.js';

const [command, name] = process.argv.slice(2);
if (!['diff', 'check'].includes(command) || (command === 'diff' && !/^[a-z0-9_]+$/.test(name ?? ''))) {
  console.error('usage: npm run db:diff -- <name of lower-case letters, digits and _>   |   npm run db:check');
  process.exit(2);
}

const database = await EmbeddedDatabase.inMemory();
const sql = await diffMigrationsToSchema(database.adapterFactory);
await database.close();

if (command === 'check') {
  if (sql === '') console.log('The migrations make exactly the schema.');
  else console.error(`The schema has changes without a migration (npm run db:diff -- <name>):\n\n${sql}`);
  process.exitCode = sql === '' ? 0 : 1;
} else if (sql === '') {
  console.log('Nothing to write: the migrations make exactly the schema.');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrationsDirectory, `${stamp}_${name}`);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
  console.log(`Wrote prisma/migrations/${stamp}_${name}/migration.sql`);
}
