import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { Global, Module } from '@nestjs/common';
import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Credential } from '../../src/common/access/credential.js';
import { NodePrincipal, UserPrincipal } from '../../src/common/access/principal.js';
import type { Account, Proof } from '../../src/common/access/principal.js';
import { NodeAuthenticator, PrincipalResolver } from '../../src/common/access/principal-resolver.js';
import type { NodeCredential, ResolvedPrincipal } from '../../src/common/access/principal-resolver.js';
import { CommonModule } from '../../src/common/common.module.js';
import { unauthorized } from '../../src/common/errors/panel-error.js';
import { configureHttp } from '../../src/common/http/configure-http.js';
import { IndexedExpressAdapter } from '../../src/common/http/indexed-express.adapter.js';
import { logger } from '../../src/common/logging/logger.js';
import { NestLogger } from '../../src/common/logging/nest-logger.js';
import { NotFoundModule } from '../../src/common/not-found/not-found.module.js';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Config } from '../../src/config/config.js';
import { configFrom } from '../../src/config/load-config.js';
import { HealthModule } from '../../src/health/health.module.js';
import type { Database } from '../../src/prisma/database.js';
import { PrismaModule } from '../../src/prisma/prisma.module.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { openTestDatabase } from './database.js';

/** The platform (config, database, common) without any resource, with controllers that a test tries it on. */
export interface TestPlatform {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly config: Config;
  readonly database: Database;
  readonly prisma: PrismaService;
  close(): Promise<void>;
}

export interface TestPlatformOptions {
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  readonly imports?: Type[];
  readonly env?: NodeJS.ProcessEnv;
  /** A database that outlives the platform; closing the platform closes its own. */
  readonly database?: Database;
}

/** A good credential: `user-<id>`, or `root-<id>` for a superuser; further words after `.` are permissions. */
const GOOD = /^(user|root|suspended)-(\d+)((?:\.[\w:*]+)*)$/;

/**
 * Identity and nodes as the platform sees them through its ports: credentials say themselves whose they are, so a test
 * of the platform does not depend on the resources above it. `user-7.servers:read` is account 7 with a permission.
 */
class SpokenCredentials extends PrincipalResolver {
  resolve(credential: Credential): ResolvedPrincipal {
    const value = 'value' in credential ? credential.value : '';
    const [, kind, id, words = ''] = GOOD.exec(value) ?? [];
    if (kind === undefined) throw unauthorized('Invalid token', 'auth.invalid');
    const account = accountOf(Number(id), kind, words.split('.').filter(Boolean));
    const proof: Proof =
      credential.kind === 'api-key'
        ? { kind: 'api-key', apiKeyId: 1, type: 'client', permissions: [...account.permissions] }
        : { kind: 'session', sessionId: `session-of-${String(id)}` };
    return { principal: new UserPrincipal(account, proof), fromCookie: credential.kind === 'cookie' };
  }
}

const accountOf = (id: number, kind: string, permissions: string[]): Account => ({
  id,
  uuid: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
  email: `user-${id}@example.com`,
  role: kind === 'root' ? 'rootAdmin' : null,
  suspended: kind === 'suspended',
  pendingDeletionUntil: null,
  rolePermissions: permissions,
  permissions,
  memberships: [],
});

class SpokenNodes extends NodeAuthenticator {
  authenticate({ authorization }: NodeCredential): NodePrincipal {
    const [, id] = /^Bearer node-(\d+)$/.exec(authorization ?? '') ?? [];
    if (id === undefined) throw unauthorized('Invalid token', 'auth.invalid');
    return new NodePrincipal(Number(id), `node-${id}`, 'go');
  }
}

@Global()
@Module({
  providers: [
    { provide: PrincipalResolver, useClass: SpokenCredentials },
    { provide: NodeAuthenticator, useClass: SpokenNodes },
  ],
  exports: [PrincipalResolver, NodeAuthenticator],
})
class PortsModule {}

/** In the decorator and not beside it, as in AppModule: so the not-found route comes last. */
function platformModule(config: Config, database: Database, options: TestPlatformOptions): DynamicModule {
  const { controllers = [], providers = [], imports = [] } = options;

  @Module({
    controllers,
    providers,
    imports: [CommonModule, PortsModule, HealthModule, ...imports, NotFoundModule],
  })
  class PlatformModule {}

  return { module: PlatformModule, imports: [ConfigModule.with(config), PrismaModule.with(database)] };
}

const defaults: NodeJS.ProcessEnv = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  HOST: '127.0.0.1',
  GLOBAL_RATE_LIMIT: '1000000',
};

/** Starts the platform on a free loopback port, configured exactly as the panel is. */
export async function startPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'panel-test-'));
  const config = configFrom({ ...defaults, DATA_DIR: dataDir, ...options.env });
  const database = options.database ?? (await openTestDatabase()).database;
  logger.level = config.env.LOG_LEVEL;
  const app = await NestFactory.create<NestExpressApplication>(
    platformModule(config, database, options),
    new IndexedExpressAdapter(),
    { bodyParser: false, logger: new NestLogger(), abortOnError: false },
  );
  configureHttp(app, config);
  try {
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    config,
    database,
    prisma: app.get(PrismaService),
    close: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Headers of a caller: `session('user-7')`, `session('user-7.servers:read')`. */
export const session = (credential: string): Record<string, string> => ({ authorization: `Bearer ${credential}` });
