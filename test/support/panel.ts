import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../../src/bootstrap.js';
import { RedisConnections } from '../../src/common/redis/redis.js';
import { RATE_LIMITS } from '../../src/common/throttling/limits.js';
import type { RateLimit } from '../../src/common/throttling/limits.js';
import type { Config } from '../../src/config/config.js';
import { configFrom } from '../../src/config/load-config.js';
import type { Database } from '../../src/prisma/database.js';
import { PostgresDatabase } from '../../src/prisma/postgres.database.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { openTestDatabase } from './database.js';
import type { TestDatabase } from './database.js';
import { httpClient } from './http.js';
import type { Caller, HttpClient } from './http.js';
import { testRedisUrl } from './redis-database.js';
import { until } from './until.js';

/** A running panel on a free loopback port, with a database of its own. */
export interface TestPanel {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly config: Config;
  readonly database: Database;
  readonly prisma: PrismaService;
  /** Calls the panel without credentials; every answer is checked against the OpenAPI document. */
  readonly http: HttpClient;
  /** Calls the panel as somebody. */
  as(caller: Caller): HttpClient;
  /** Another process's worth of the same panel: same PostgreSQL database, Redis and keys. Needs TEST_DATABASE_URL. */
  replica(env?: NodeJS.ProcessEnv): Promise<TestPanel>;
  close(): Promise<void>;
}

export interface TestPanelOptions {
  /** Environment variables over the test defaults. */
  readonly env?: NodeJS.ProcessEnv;
  /** The database to use, with the address that replicas reach it at; closing the panel closes it. */
  readonly database?: TestDatabase;
}

/** Cheap hashes and no limits in the way of unrelated tests; each test of a limit sets it. */
const defaults: NodeJS.ProcessEnv = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  HOST: '127.0.0.1',
  ARGON2_MEMORY_KIB: '8192',
  ARGON2_ITERATIONS: '1',
  GLOBAL_RATE_LIMIT: '1000000',
  ...Object.fromEntries(limitVariables().map((name) => [name, '1000000'])),
};

function limitVariables(): string[] {
  return Object.values<readonly RateLimit[]>(RATE_LIMITS)
    .flat()
    .flatMap(({ env }) => env?.[0] ?? []);
}

export async function startPanel(options: TestPanelOptions = {}): Promise<TestPanel> {
  const dataDir = mkdtempSync(join(tmpdir(), 'panel-test-'));
  const opened = options.database ?? (await openTestDatabase());
  const redis = await testRedisUrl();
  const env = { ...defaults, ...(redis !== undefined && { REDIS_URL: redis }), ...options.env, DATA_DIR: dataDir };
  const panel = await listen(env, opened);
  return {
    ...panel,
    close: async () => {
      await panel.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function listen(env: NodeJS.ProcessEnv, { database, url: databaseUrl }: TestDatabase): Promise<TestPanel> {
  const config = configFrom(env);
  const app = await createApp(config, database);
  await app.listen(0, '127.0.0.1');
  await redisConnected(app);
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const http = httpClient(url);
  return {
    app,
    url,
    config,
    database,
    prisma: app.get(PrismaService),
    http,
    as: (caller) => http.as(caller),
    replica: (changes = {}) => {
      if (databaseUrl === undefined) throw new Error('Replicas share a PostgreSQL database: set TEST_DATABASE_URL');
      const own = { database: new PostgresDatabase(databaseUrl, 5), url: databaseUrl };
      return listen({ ...env, ...changes }, own);
    },
    close: async () => {
      await http.close();
      await app.close();
    },
  };
}

/** Until the connection stands, limits count per process and events do not reach the other replicas. */
async function redisConnected(app: NestExpressApplication): Promise<void> {
  const { client, subscriber } = app.get(RedisConnections);
  if (client === undefined || subscriber === undefined) return;
  await until('Redis is connected', () => client.status === 'ready' && subscriber.status === 'ready');
}
