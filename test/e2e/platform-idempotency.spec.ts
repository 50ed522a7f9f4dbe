import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Post } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import { Authenticated } from '../../src/common/access/decorators.js';
import { conflict } from '../../src/common/errors/panel-error.js';
import { Idempotent } from '../../src/common/idempotency/idempotency.interceptor.js';
import { session, startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';

class ThingDto {
  @IsString()
  @MaxLength(10)
  name!: string;
}

/** How often the effect happened, and what holds it up. */
const effects: string[] = [];
let gate: Promise<void> = Promise.resolve();
let failures = 0;

@Controller('probe')
@Authenticated()
class ProbeController {
  @Idempotent()
  @Post('things')
  async create(@Body() { name }: ThingDto): Promise<object> {
    await gate;
    if (failures-- > 0) throw conflict('Not now', 'probe.not_now');
    effects.push(name);
    return { number: effects.length, name, secret: 'planted-marker' };
  }

  @Idempotent({ implicitSeconds: 30 })
  @Post('repeated')
  repeated(@Body() { name }: ThingDto): object {
    effects.push(name);
    return { number: effects.length };
  }
}

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({ controllers: [ProbeController] });
});
afterAll(() => platform.close());

interface Call {
  key?: string;
  name?: unknown;
  user?: string;
  path?: string;
}

async function call({
  key,
  name = 'a',
  user = 'user-7',
  path = 'things',
}: Call): Promise<{ status: number; replayed: boolean; body: Record<string, unknown> }> {
  const response = await fetch(`${platform.url}/probe/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...session(user),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify({ name }),
  });
  return {
    status: response.status,
    replayed: response.headers.get('idempotency-replayed') === 'true',
    body: (await response.json()) as Record<string, unknown>,
  };
}

const effectsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = effects.length;
  await work();
  return effects.length - before;
};

describe('a request with an idempotency key', () => {
  it('repeated gives the first answer again and has its effect once', async () => {
    const key = randomUUID();
    const first = await call({ key });
    expect([first.status, first.replayed]).toEqual([201, false]);
    expect(await effectsOf(async () => expect(await call({ key })).toEqual({ ...first, replayed: true }))).toBe(0);
  });

  it('with another body is refused', async () => {
    const key = randomUUID();
    await call({ key, name: 'a' });
    expect(
      await effectsOf(async () =>
        expect(await call({ key, name: 'b' })).toMatchObject({ status: 422, body: { code: 'idempotency.other_body' } }),
      ),
    ).toBe(0);
  });

  it('of another account is another key', async () => {
    const key = randomUUID();
    await call({ key });
    expect(await effectsOf(() => call({ key, user: 'user-8' }))).toBe(1);
  });

  it('that failed may be tried again with the same key, whatever was wrong', async () => {
    const key = randomUUID();
    expect((await call({ key, name: 'x'.repeat(11) })).status).toBe(400);
    failures = 1;
    expect((await call({ key })).status).toBe(409);
    expect(await effectsOf(async () => expect((await call({ key })).status).toBe(201))).toBe(1);
  });

  it('is answered 409 while the first one runs', async () => {
    const key = randomUUID();
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const first = call({ key });
    const second = await call({ key }).finally(() => undefined);
    expect(second).toMatchObject({ status: 409, body: { code: 'idempotency.running' } });
    open();
    gate = Promise.resolve();
    expect((await first).status).toBe(201);
    expect(await call({ key })).toMatchObject({ status: 201, replayed: true });
  });

  it('may be used again after its process died', async () => {
    const key = randomUUID();
    await call({ key });
    await platform.prisma.$executeRaw`
      UPDATE "IdempotencyRecord" SET "status" = NULL, "bodySealed" = NULL, "createdAt" = now() - interval '121 seconds'`;
    expect(await effectsOf(async () => expect((await call({ key })).status).toBe(201))).toBe(1);
  });

  it('is kept for a day', async () => {
    const key = randomUUID();
    await call({ key });
    await platform.prisma
      .$executeRaw`UPDATE "IdempotencyRecord" SET "createdAt" = now() - interval '23 hours 59 minutes'`;
    expect(await effectsOf(() => call({ key }))).toBe(0);
    await platform.prisma
      .$executeRaw`UPDATE "IdempotencyRecord" SET "createdAt" = now() - interval '24 hours 1 minute'`;
    expect(await effectsOf(() => call({ key }))).toBe(1);
  });

  it('is refused when it is no sane key', async () => {
    for (const key of ['a b', 'x'.repeat(256)]) {
      expect(await call({ key })).toMatchObject({ status: 400, body: { code: 'idempotency.invalid_key' } });
    }
  });

  it('leaves no readable answer in the database', async () => {
    const key = randomUUID();
    await call({ key });
    const rows = await platform.database.query({ name: 'all', text: 'SELECT * FROM "IdempotencyRecord"' });
    expect(JSON.stringify(rows)).not.toContain('planted-marker');
  });
});

describe('a request without a key', () => {
  it('has its effect each time', async () => {
    expect(await effectsOf(async () => [await call({}), await call({})])).toBe(2);
  });

  it('that the web client repeats after a timeout counts as the same where a route says so', async () => {
    const name = 'repeat';
    expect(
      await effectsOf(async () => [await call({ path: 'repeated', name }), await call({ path: 'repeated', name })]),
    ).toBe(1);
    expect(await effectsOf(() => call({ path: 'repeated', name: 'other' }))).toBe(1);
    await platform.prisma.$executeRaw`UPDATE "IdempotencyRecord" SET "createdAt" = "createdAt" - interval '31 seconds'`;
    expect(await effectsOf(() => call({ path: 'repeated', name }))).toBe(1);
  });
});

it('fifty parallel requests with one key have one effect; the others repeat its answer or are told to wait', async () => {
  const key = randomUUID();
  const before = effects.length;
  const answers = await Promise.all(Array.from({ length: 50 }, () => call({ key })));
  expect(effects.length - before).toBe(1);
  const numbers = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body['number']));
  expect(numbers.size).toBe(1);
  expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
});
