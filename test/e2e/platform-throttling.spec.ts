import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Authenticated, NodeOnly, Public } from '../../src/common/access/decorators.js';
import { RateLimited } from '../../src/common/throttling/rate-limit.decorator.js';
import { RateLimits } from '../../src/common/throttling/rate-limits.js';
import { session, startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';

@Controller('probe')
class ProbeController {
  @Public()
  @Get('public')
  everybody(): object {
    return { ok: true };
  }

  @Authenticated()
  @Get('mine')
  mine(): object {
    return { ok: true };
  }

  @NodeOnly()
  @Get('daemon')
  daemon(): object {
    return { ok: true };
  }

  @Public()
  @RateLimited('login')
  @Post('login')
  @HttpCode(200)
  login(): object {
    return { ok: true };
  }

  @Public()
  @RateLimited('passwordResetRequest')
  @Post('reset')
  @HttpCode(200)
  reset(): object {
    return { ok: true };
  }

  @Public()
  @RateLimited('panelSettings')
  @Get('polled')
  polled(): object {
    return { ok: true };
  }

  @Authenticated()
  @RateLimited('apiKeyCreate')
  @Post('keys')
  key(): object {
    return { ok: true };
  }

  @Authenticated()
  @RateLimited('power')
  @Post('servers/:id/power')
  power(@Param('id') id: string): object {
    return { id };
  }
}

const LIMIT = 5;
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({
    controllers: [ProbeController],
    env: {
      GLOBAL_RATE_LIMIT: '60',
      AUTH_LOGIN_RATE_IP: String(LIMIT),
      AUTH_LOGIN_RATE_ACCOUNT: '3',
      PASSWORD_RESET_RATE_EMAIL: '3',
      APIKEY_CREATE_RATE_IP: '1000',
      APIKEY_CREATE_RATE_USER: '2',
      TRUSTED_PROXIES: '127.0.0.0/8',
    },
  });
});
afterAll(() => platform.close());

/** Every test comes from an address of its own, through the trusted proxy that loopback is here. */
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const call = (path: string, headers: Record<string, string>, method = 'GET') =>
  fetch(`${platform.url}/probe/${path}`, { method, headers });
const withEmail = (path: string, address: string, email: string, headers: Record<string, string> = {}) =>
  fetch(`${platform.url}/probe/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...from(address), ...headers },
    body: JSON.stringify({ email }),
  });
const login = (address: string, email: string, headers: Record<string, string> = {}) =>
  withEmail('login', address, email, headers);
const reset = (address: string, email: string) => withEmail('reset', address, email);
const statuses = async (answers: Promise<Response>[]): Promise<number[]> =>
  (await Promise.all(answers)).map(({ status }) => status);
const passed = (list: number[]): number => list.filter((status) => status < 400).length;

describe('a limit', () => {
  it('says how long to wait, in body and header, when it is reached', async () => {
    for (let count = 0; count < LIMIT; count++)
      expect((await login('198.51.100.1', `u${count}@example.com`)).status).toBe(200);
    const response = await login('198.51.100.1', 'u9@example.com');
    expect(response.status).toBe(429);
    const seconds = Number(response.headers.get('retry-after'));
    expect(Number.isInteger(seconds)).toBe(true);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(await response.json()).toMatchObject({
      error: 'rate_limited',
      code: 'rate_limited',
      message: `Too many requests. Try again in ${seconds} s.`,
      retryAfter: seconds,
    });
  });

  it('of an address does not keep another address out', async () => {
    await statuses(Array.from({ length: LIMIT + 5 }, (_, index) => login('198.51.100.2', `x${index}@example.com`)));
    expect((await login('198.51.100.2', 'victim@example.com')).status).toBe(429);
    expect((await login('198.51.100.3', 'victim@example.com')).status).toBe(200);
  });

  it('of an e-mail address counts all its spellings from everywhere, and no other one', async () => {
    expect((await reset('198.51.100.11', 'ada@example.com')).status).toBe(200);
    expect((await reset('198.51.100.12', 'ADA@example.com')).status).toBe(200);
    expect((await reset('198.51.100.13', ' ada@Example.com ')).status).toBe(200);
    expect((await reset('198.51.100.14', 'ada@example.com')).status).toBe(429);
    expect((await reset('198.51.100.14', 'bob@example.com')).status).toBe(200);
  });

  it('of tries to sign in to one account from one address does not lock its owner out elsewhere', async () => {
    for (let count = 0; count < 3; count++) expect((await login('198.51.100.15', 'eve@example.com')).status).toBe(200);
    expect((await login('198.51.100.15', 'Eve@example.com')).status).toBe(429);
    expect((await login('198.51.100.15', 'other@example.com')).status).toBe(200);
    expect((await login('198.51.100.16', 'eve@example.com')).status).toBe(200);
  });

  it('of an account follows it to every address', async () => {
    const create = (address: string, user: string) => call('keys', { ...session(user), ...from(address) }, 'POST');
    expect(await statuses([create('198.51.100.21', 'user-21'), create('198.51.100.22', 'user-21')])).toEqual([
      201, 201,
    ]);
    expect((await create('198.51.100.23', 'user-21')).status).toBe(429);
    expect((await create('198.51.100.23', 'user-22')).status).toBe(201);
  });

  it('of a server cannot be used up by a stranger', async () => {
    const power = (user: string) => call('servers/abc/power', { ...session(user), ...from('198.51.100.25') }, 'POST');
    const strangers = await statuses(Array.from({ length: 30 }, () => power('user-25')));
    expect(passed(strangers)).toBe(20);
    expect((await power('user-26')).status).toBe(201);
  });

  it('of the network of an IPv6 customer is one', async () => {
    const answers = Array.from({ length: 12 }, (_, index) =>
      login(`2001:db8:7:7:${index}::${index}`, `v6-${index}@example.com`),
    );
    expect(passed(await statuses(answers))).toBe(LIMIT);
    expect((await login('2001:db8:7:8::1', 'v6@example.com')).status).toBe(200);
  });

  it('is not escaped by a new random credential for each try', async () => {
    const answers = Array.from({ length: 12 }, (_, index) =>
      login('198.51.100.31', `r${index}@example.com`, {
        authorization: `Bearer ${'x'.repeat(30)}${index}`,
        'x-api-key': String(index),
      }),
    );
    expect(passed(await statuses(answers))).toBe(LIMIT);
  });
});

describe('the limit of all requests together', () => {
  it('lets exactly its number through', async () => {
    const answers = Array.from({ length: 80 }, () => call('public', from('198.51.100.41')));
    expect(passed(await statuses(answers))).toBe(60);
  });

  it('leaves what every open page polls to a limit of its own', async () => {
    const poll = () => call('polled', from('198.51.100.77'));
    expect(passed(await statuses(Array.from({ length: 70 }, poll)))).toBe(70);
    expect((await call('public', from('198.51.100.77'))).status).toBe(200);
  });

  it('counts refused credentials and unknown routes for the address', async () => {
    const tries = Array.from({ length: 40 }, (_, index) =>
      call('mine', { ...session(`guess-${index}`), ...from('198.51.100.42') }),
    );
    const unknown = Array.from({ length: 40 }, (_, index) => call(`nothing-${index}`, from('198.51.100.42')));
    const all = await statuses([...tries, ...unknown]);
    expect(all.filter((status) => status === 429)).toHaveLength(20);
    expect(all.filter((status) => status === 401 || status === 404)).toHaveLength(60);
  });

  it('counts accounts for themselves, also behind one address', async () => {
    await statuses(Array.from({ length: 80 }, () => call('mine', { ...session('user-43'), ...from('198.51.100.43') })));
    expect((await call('mine', { ...session('user-43'), ...from('198.51.100.99') })).status).toBe(429);
    expect((await call('mine', { ...session('user-44'), ...from('198.51.100.43') })).status).toBe(200);
  });

  it('never answers a daemon with 429: it would give up', async () => {
    const answers = Array.from({ length: 100 }, () =>
      call('daemon', { authorization: 'Bearer node-1', ...from('198.51.100.45') }),
    );
    expect(new Set(await statuses(answers))).toEqual(new Set([200]));
  });
});

describe('forwarding headers of somebody who is no trusted proxy', () => {
  it('do not escape the limit', async () => {
    const direct = await startPlatform({
      controllers: [ProbeController],
      env: { AUTH_LOGIN_RATE_IP: String(LIMIT), TRUSTED_PROXIES: '192.0.2.0/24' },
    });
    const answers = Array.from({ length: 20 }, (_, index) =>
      fetch(`${direct.url}/probe/login`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-forwarded-for': `10.0.0.${index}`,
          'x-real-ip': `10.0.1.${index}`,
          forwarded: `for=10.0.2.${index}`,
        },
        body: JSON.stringify({ email: `f${index}@example.com` }),
      }),
    );
    expect(passed(await statuses(answers))).toBe(LIMIT);
    await direct.close();
  });
});

describe('a limit of a handler’s own', () => {
  it('refuses the try after the last', async () => {
    const limits = platform.app.get(RateLimits);
    await limits.consume('own-key', 2, 60);
    await limits.consume('own-key', 2, 60);
    await expect(limits.consume('own-key', 2, 60)).rejects.toMatchObject({ status: 429, options: { retryAfter: 60 } });
    await limits.consume('other-key', 2, 60);
  });
});
