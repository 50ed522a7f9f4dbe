import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Controller, HttpCode, Post } from '@nestjs/common';
import { Public } from '../../src/common/access/decorators.js';
import { RedisConnections } from '../../src/common/redis/redis.js';
import { RateLimited } from '../../src/common/throttling/rate-limit.decorator.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';
import { startRedis } from '../support/redis.js';
import type { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

@Public()
@Controller('probe')
class ProbeController {
  @RateLimited('login')
  @Post('login')
  @HttpCode(200)
  login(): object {
    return { ok: true };
  }
}

const LIMIT = 7;
let redis: RedisServer;
let replicas: TestPlatform[];
beforeAll(async () => {
  redis = await startRedis();
  const start = () =>
    startPlatform({
      controllers: [ProbeController],
      env: { REDIS_URL: redis.url, AUTH_LOGIN_RATE_IP: String(LIMIT), TRUSTED_PROXIES: '127.0.0.0/8' },
    });
  replicas = [await start(), await start()];
  await connected();
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await redis.stop();
});

const connected = () =>
  until(
    'both are connected to Redis',
    () => replicas.every(({ app }) => app.get(RedisConnections).client?.status === 'ready'),
    { within: 20_000 },
  );

/** Fifty tries of one address, in turns at the two replicas. */
const passed = async (address: string): Promise<{ at: number[]; statuses: Set<number> }> => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const replica = index % replicas.length;
      const response = await fetch(`${replicas[replica]?.url ?? ''}/probe/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ email: `user-${index}@example.com` }),
      });
      if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      return { replica, status: response.status };
    }),
  );
  return {
    at: replicas.map(
      (_, replica) => answers.filter((answer) => answer.status === 200 && answer.replica === replica).length,
    ),
    statuses: new Set(answers.map(({ status }) => status)),
  };
};
const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

it('two replicas together let exactly as many tries through as the limit says', async () => {
  const { at, statuses } = await passed('198.51.100.1');
  expect(sum(at)).toBe(LIMIT);
  expect(statuses).toEqual(new Set([200, 429]));
});

it('limits stay while Redis is away, counted by each replica, and are shared again when it is back', async () => {
  await redis.stop();
  const away = await passed('198.51.100.2');
  expect(away.statuses).toEqual(new Set([200, 429]));
  expect(away.at).toEqual([LIMIT, LIMIT]);
  await redis.start();
  await connected();
  expect(sum((await passed('198.51.100.3')).at)).toBe(LIMIT);
});
