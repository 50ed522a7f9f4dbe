import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Controller, HttpCode, Post } from '@nestjs/common';
import { Public } from '../../src/common/access/decorators.js';
import { RateLimited } from '../../src/common/throttling/rate-limit.decorator.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';

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

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({ controllers: [ProbeController], env: { AUTH_LOGIN_RATE_IP: '7' } });
});
afterAll(() => platform.close());

it('lets exactly 7 of 50 parallel tries through at a limit of 7, the others wait at least a second', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      fetch(`${platform.url}/probe/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `user-${index}@example.com` }),
      }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(43);
  for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
});
