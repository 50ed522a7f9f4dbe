import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../../src/bootstrap.js';
import type { Config } from '../../src/config/config.js';
import { configFrom } from '../../src/config/load-config.js';
import type { Database } from '../../src/prisma/database.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { openTestDatabase } from './database.js';

/** A running panel on a free loopback port, with a database of its own. */
export interface TestPanel {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly config: Config;
  readonly database: Database;
  readonly prisma: PrismaService;
  close(): Promise<void>;
}

export interface TestPanelOptions {
  /** Environment variables over the test defaults. */
  readonly env?: NodeJS.ProcessEnv;
  /** A database that outlives this panel (two replicas, restarts); closing the panel closes it otherwise. */
  readonly database?: Database;
}

/** Cheap hashes and no limits in the way of unrelated tests; each test of a limit sets it. */
const defaults: NodeJS.ProcessEnv = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  HOST: '127.0.0.1',
  ARGON2_MEMORY_KIB: '8192',
  ARGON2_ITERATIONS: '1',
  GLOBAL_RATE_LIMIT: '1000000',
  REGISTER_RATE_IP: '1000000',
  AUTH_LOGIN_RATE_IP: '1000000',
  APIKEY_CREATE_RATE_IP: '1000000',
  APIKEY_CREATE_RATE_USER: '1000000',
};

export async function startPanel(options: TestPanelOptions = {}): Promise<TestPanel> {
  const dataDir = mkdtempSync(join(tmpdir(), 'panel-test-'));
  const opened = options.database ? { database: options.database } : await openTestDatabase();
  const config = configFrom({ ...defaults, DATA_DIR: dataDir, ...options.env });
  const app = await createApp(config, opened.database);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    config,
    database: opened.database,
    prisma: app.get(PrismaService),
    close: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
