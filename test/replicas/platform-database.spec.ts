import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Param, ParseIntPipe } from '@nestjs/common';
import { Public } from '../../src/common/access/decorators.js';
import { migrate } from '../../src/prisma/open-database.js';
import { PostgresDatabase } from '../../src/prisma/postgres.database.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';
import { startPostgres } from '../support/postgres.js';
import type { PostgresServer } from '../support/postgres.js';
import { until } from '../support/until.js';

const waiting: (() => void)[] = [];
const bothHoldTheirFirst = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 2) for (const go of waiting) go();
  });

@Public()
@Controller('probe')
class ProbeController {
  constructor(private readonly prisma: PrismaService) {}

  @Get('roles')
  async roles(): Promise<object> {
    return { roles: await this.prisma.role.count() };
  }

  /** Takes two locks; two callers that take them in opposite order wait for each other. */
  @Get('locks/:first/:second')
  async locks(
    @Param('first', ParseIntPipe) first: number,
    @Param('second', ParseIntPipe) second: number,
  ): Promise<object> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(${first}::bigint)`;
      await bothHoldTheirFirst();
      await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(${second}::bigint)`;
      return {};
    });
  }
}

let postgres: PostgresServer;
let platform: TestPlatform;
let applied: string[][];
beforeAll(async () => {
  postgres = await startPostgres();
  const databases = [
    new PostgresDatabase(postgres.url, 3),
    new PostgresDatabase(postgres.url, 3),
    new PostgresDatabase(postgres.url, 3),
  ];
  applied = await Promise.all(databases.map((database) => migrate(database)));
  await Promise.all(databases.slice(1).map((database) => database.close()));
  platform = await startPlatform({ controllers: [ProbeController], database: databases[0] as PostgresDatabase });
}, 120_000);
afterAll(async () => {
  await platform.close();
  await postgres.remove();
});

const status = async (path: string): Promise<number> => (await fetch(`${platform.url}${path}`)).status;

it('of replicas that start together on an empty database one migrates, the others wait for it', () => {
  expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
  expect(applied.filter((names) => names.length === 0)).toHaveLength(2);
});

it('of two transactions that wait for each other one is carried out, the other asks to be tried again', async () => {
  const answers = await Promise.all(['1/2', '2/1'].map((locks) => fetch(`${platform.url}/probe/locks/${locks}`)));
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 503]);
  const refused = answers.find((answer) => answer.status === 503);
  expect(refused?.headers.get('retry-after')).toBe('1');
  expect(await refused?.json()).toMatchObject({ code: 'database.conflict' });
});

describe('a database that goes away', () => {
  it.each(['stop', 'crash'] as const)(
    'by %s ends in 503 with the time to wait, and comes back without a restart of the panel',
    async (way) => {
      expect(await status('/probe/roles')).toBe(200);
      await postgres[way]();
      for (let count = 0; count < 5; count++) {
        const response = await fetch(`${platform.url}/probe/roles`);
        expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
        expect(await response.json()).toMatchObject({ code: 'database.unavailable' });
      }
      expect([await status('/health/ready'), await status('/health/live')]).toEqual([503, 200]);
      await postgres.start();
      await until('requests are answered again', async () => (await status('/probe/roles')) === 200, {
        within: 20_000,
      });
      await until('the panel is ready again', async () => (await status('/health/ready')) === 200, { within: 20_000 });
    },
  );

  it('fails no request but those under way: connections that broke are replaced', async () => {
    const requests = Array.from({ length: 40 }, () => status('/probe/roles'));
    await postgres.stop();
    await postgres.start();
    const statuses = new Set(await Promise.all(requests));
    expect([...statuses].filter((code) => ![200, 503].includes(code))).toEqual([]);
    await until('requests are answered again', async () => (await status('/probe/roles')) === 200, { within: 20_000 });
    expect(new Set(await Promise.all(Array.from({ length: 40 }, () => status('/probe/roles'))))).toEqual(
      new Set([200]),
    );
  });
});
