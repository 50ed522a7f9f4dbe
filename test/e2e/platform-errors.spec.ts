import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, HttpCode, HttpException, Param, ParseIntPipe, Post, Query, Res } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, MaxLength, Min, ValidateNested } from 'class-validator';
import type { Response } from 'express';
import { Public } from '../../src/common/access/decorators.js';
import { conflict, notFound, PanelError, unavailable } from '../../src/common/errors/panel-error.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { captureLogs } from '../support/logs.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';

const MARKER = 'planted-marker';

class ItemDto {
  @IsInt()
  @Min(1)
  amount!: number;
}

class ThingDto {
  @IsString()
  @MaxLength(5)
  name!: string;

  @IsOptional()
  @IsIn(['red', 'blue'])
  colour?: string;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => ItemDto)
  @ArrayMaxSize(3)
  items?: ItemDto[];
}

class LenientDto {
  @IsOptional()
  @IsString()
  note?: string;
}

class ListQuery {
  @IsOptional()
  @IsIn(['asc', 'desc'])
  sort?: string;
}

@Public()
@Controller('probe')
class ProbeController {
  constructor(private readonly prisma: PrismaService) {}

  @Post('things')
  @HttpCode(200)
  create(@Body() body: ThingDto): object {
    return { ...body };
  }

  @Post('lenient')
  @HttpCode(200)
  lenient(@Body() body: LenientDto): object {
    return { isDto: body instanceof LenientDto, ...body };
  }

  @Get('list')
  list(@Query() query: ListQuery): object {
    return { ...query };
  }

  @Get('numbers/:id')
  number(@Param('id', ParseIntPipe) id: number): object {
    return { id };
  }

  @Get('throws/:what')
  throws(@Param('what') what: string): never {
    if (what === 'plain') throw new Error(`secret ${MARKER}`);
    if (what === 'text') throw MARKER as unknown as Error;
    if (what === 'nothing') throw undefined as unknown as Error;
    if (what === 'http') throw new HttpException(MARKER, 409);
    if (what === 'panel') throw conflict('The port is taken', 'allocations.taken');
    if (what === 'waiting') throw unavailable('Not now', 'nodes.busy', 7);
    if (what === 'gone')
      throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
    throw new PanelError(418, 'probe.teapot', 'Short and stout', { details: 'more', extra: { pot: true } });
  }

  @Get('duplicate')
  async duplicate(): Promise<never> {
    const role = { data: { name: 'default' } };
    await this.prisma.role.create(role);
    throw notFound('unreachable');
  }

  @Get('missing')
  async missing(): Promise<never> {
    await this.prisma.role.update({ where: { id: -1 }, data: { name: 'x' } });
    throw notFound('unreachable');
  }

  @Get('half')
  async half(@Res() response: Response): Promise<void> {
    await new Promise<void>((resolve) => response.write('beginning', () => resolve()));
    throw new Error('in the middle');
  }
}

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({ controllers: [ProbeController] });
});
afterAll(() => platform.close());

const post = (path: string, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(`${platform.url}/probe/${path}`, { method: 'POST', body, headers });

async function read(response: Response | globalThis.Response): Promise<Record<string, unknown>> {
  return (await (response as globalThis.Response).json()) as Record<string, unknown>;
}

describe('an error answer', () => {
  it.each([
    ['plain', 500, 'Internal server error', 'internal'],
    ['text', 500, 'Internal server error', 'internal'],
    ['nothing', 500, 'Internal server error', 'internal'],
    ['http', 409, 'Request error', 'request.invalid'],
    ['panel', 409, 'The port is taken', 'allocations.taken'],
    ['gone', 503, 'The database is not available. Try again.', 'database.unavailable'],
  ])('of a handler that throws %s is %i', async (what, status, error, code) => {
    const response = await fetch(`${platform.url}/probe/throws/${what}`);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/json');
    const body = await read(response);
    expect(body).toEqual({ error, code, requestId: response.headers.get('x-request-id') });
    expect(JSON.stringify(body)).not.toContain(MARKER);
  });

  it('carries what the error tells besides', async () => {
    const response = await fetch(`${platform.url}/probe/throws/teapot`);
    expect(response.status).toBe(418);
    expect(await read(response)).toMatchObject({ error: 'Short and stout', details: 'more', pot: true });
  });

  it('says when to try again', async () => {
    const response = await fetch(`${platform.url}/probe/throws/waiting`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
  });

  it.each([
    ['duplicate', 409, 'This already exists'],
    ['missing', 404, 'Not found'],
  ])('of the database for a %s row is %i, without its text', async (path, status, error) => {
    const response = await fetch(`${platform.url}/probe/${path}`);
    expect(response.status).toBe(status);
    expect((await read(response))['error']).toBe(error);
  });

  it('is logged with its cause when it is ours, and not when it is the caller’s', async () => {
    const logs = captureLogs();
    await startLogging(async () => {
      await fetch(`${platform.url}/probe/throws/plain`);
      await fetch(`${platform.url}/probe/throws/panel`);
    });
    logs.stop();
    const failures = logs.lines.filter((line) => line.includes('request failed'));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain('secret planted-marker');
  });

  it('of an answer that has begun ends the connection, so that nobody takes a half for the whole', async () => {
    const response = await fetch(`${platform.url}/probe/half`);
    await expect(response.text()).rejects.toThrow();
    expect((await fetch(`${platform.url}/health`)).status).toBe(200);
  });
});

async function startLogging(work: () => Promise<void>): Promise<void> {
  const { logger } = await import('../../src/common/logging/logger.js');
  logger.level = 'info';
  try {
    await work();
  } finally {
    logger.level = 'silent';
  }
}

describe('an unknown route', () => {
  it.each([
    ['GET', '/nowhere'],
    ['POST', '/api/nothing/here'],
    ['PUT', '/probe/list'],
    ['DELETE', '/'],
    ['GET', '/probe/../../etc/passwd'],
    ['GET', '/%00'],
    ['PROPFIND', '/probe/list'],
  ])('%s %s is 404 with the text that clients know', async (method, path) => {
    const response = await fetch(`${platform.url}${path}`, { method });
    expect(response.status).toBe(404);
    expect(await read(response)).toMatchObject({ error: 'Route not found', code: 'route.not_found' });
  });

  it('that cannot be decoded is an error of the caller', async () => {
    const response = await fetch(`${platform.url}/probe/numbers/%ff`);
    expect(response.status).toBe(400);
    expect(await read(response)).toMatchObject({ error: 'Request error' });
  });
});

describe('a body', () => {
  it.each(['{', '{"name": "a"', 'nonsense', '{"name": "\u0000', "{'name': 1}"])(
    'of broken JSON %j is 400',
    async (body) => {
      const response = await post('things', body);
      expect(response.status).toBe(400);
      const answer = await read(response);
      expect(answer).toMatchObject({ error: 'Request error', requestId: expect.any(String) });
    },
  );

  it('over the limit is 413, and in parts too', async () => {
    const response = await post('things', JSON.stringify({ name: 'x'.repeat(1_100_000) }));
    expect(response.status).toBe(413);
    expect(await read(response)).toMatchObject({ error: 'The request body is too large' });
    expect(await chunked(Buffer.alloc(1_100_000, 'x'))).toBe(413);
  });

  it('in an unknown character set or compression is 415', async () => {
    expect((await post('things', '{}', { 'content-type': 'application/json; charset=nonsense' })).status).toBe(415);
    expect(
      (await post('things', '{}', { 'content-type': 'application/json', 'content-encoding': 'nonsense' })).status,
    ).toBe(415);
  });

  it.each(['', 'null'])('of %j counts as an empty one', async (body) => {
    expect(await read(await post('lenient', body))).toEqual({ isDto: true });
    expect((await post('things', body)).status).toBe(400);
  });

  it.each(['[]', '[{"name": "a"}]', '"text"', '5', 'true'])('that is no object, as %j, is 400', async (body) => {
    for (const path of ['things', 'lenient']) {
      const response = await post(path, body);
      expect([path, response.status, (await read(response))['error']]).toEqual([
        path,
        400,
        'The body must be a JSON object',
      ]);
    }
  });

  it('may be a form', async () => {
    const response = await post('things', 'name=ab', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(await read(response)).toEqual({ name: 'ab' });
  });
});

/** Sends a body without telling its length before. */
function chunked(body: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const request = httpRequest(`${platform.url}/probe/things`, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('the validation', () => {
  it('names the first problem, joins all of them and tells the fields, but never repeats what was sent', async () => {
    const response = await post(
      'things',
      JSON.stringify({ name: MARKER, colour: MARKER, items: [{ amount: 1 }, { amount: MARKER }] }),
    );
    expect(response.status).toBe(400);
    const body = await read(response);
    expect(body).toMatchObject({
      error: 'name must be shorter than or equal to 5 characters',
      code: 'request.validation',
      fields: {
        name: ['name must be shorter than or equal to 5 characters'],
        colour: [expect.stringContaining('red, blue')],
        'items.1.amount': expect.arrayContaining([expect.stringContaining('integer')]),
      },
    });
    expect(body['details']).toContain('; ');
    expect(JSON.stringify(body)).not.toContain(MARKER);
  });

  it('drops fields that it does not know, however deep', async () => {
    const sent = { name: 'a', role: 'rootAdmin', __proto__: { admin: true }, items: [{ amount: 1, price: 0 }] };
    expect(await read(await post('things', JSON.stringify(sent)))).toEqual({ name: 'a', items: [{ amount: 1 }] });
    const polluted = await post(
      'things',
      '{"name": "a", "__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    );
    expect(await read(polluted)).toEqual({ name: 'a' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes null for an optional field as absent', async () => {
    expect((await post('things', '{"name": "a", "colour": null}')).status).toBe(200);
  });

  it('checks queries, also when a name is given twice', async () => {
    expect(await read(await fetch(`${platform.url}/probe/list?sort=asc`))).toEqual({ sort: 'asc' });
    for (const query of ['sort=x', 'sort=asc&sort=desc', 'sort[$ne]=asc&sort=']) {
      expect([query, (await fetch(`${platform.url}/probe/list?${query}`)).status]).toEqual([query, 400]);
    }
  });

  it('refuses path parameters of the wrong form', async () => {
    for (const id of ['abc', '1e3', '0x10', '%20', '1.5', '9'.repeat(20)])
      expect((await fetch(`${platform.url}/probe/numbers/${id}`)).status).toBe(400);
  });
});
