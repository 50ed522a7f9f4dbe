// Writes the OpenAPI document of the built application to dist/openapi.json. The last step of the build: tests check
// every answer against it.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createApp } from '../dist/bootstrap.js';
import { createOpenApiDocument } from '../dist/common/openapi/openapi.js';
import { configFrom } from '../dist/config/load-config.js';
import { EmbeddedDatabase } from '../dist/prisma/embedded.database.js';

const path = fileURLToPath(new URL('../dist/openapi.json', import.meta.url));
const config = configFrom({
  LOG_LEVEL: 'error',
  // Throw-away keys: nothing is written to a data folder.
  JWT_SECRET: randomBytes(32).toString('hex'),
  SEALING_KEYS: `openapi:${randomBytes(32).toString('base64')}`,
});

// The application is created but never started, so the empty database is never asked anything.
const database = await EmbeddedDatabase.inMemory();
const app = await createApp(config, database);
const document = createOpenApiDocument(app);
writeFileSync(`${path}.new`, `${JSON.stringify(document, null, 2)}\n`);
renameSync(`${path}.new`, path);
process.exit(0);
