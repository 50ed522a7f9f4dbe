import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { StreamableFile } from '@nestjs/common';
import express from 'express';
import request from 'supertest';
import { IndexedExpressAdapter } from './indexed-express.adapter.js';

/** An application whose only route replies with the body. */
function replying(body: unknown, statusCode?: number, headers: Record<string, string> = {}): express.Application {
  const adapter = new IndexedExpressAdapter();
  adapter.getInstance<express.Application>().disable('etag').disable('x-powered-by');
  adapter.get('/', (_incoming: express.Request, response: express.Response) => {
    response.set(headers);
    adapter.reply(response, body, statusCode);
  });
  return adapter.getInstance();
}

/** The same through Express alone. */
function express5(body: unknown, statusCode = 200): express.Application {
  const app = express().disable('etag').disable('x-powered-by');
  return app.get('/', (_incoming, response) => void response.status(statusCode).json(body));
}

const relevant = ({ status, headers, text }: request.Response): unknown => {
  const { date: _date, ...rest } = headers as Record<string, string>;
  return { status, headers: rest, text };
};

describe('a JSON reply', () => {
  it.each([
    ['an object', { a: 1, at: new Date(0), none: undefined, nothing: null }],
    ['an empty list', []],
    ['text of many languages', { text: 'žluťoučký 🐎 кінь' }],
    ['a large list', Array.from({ length: 20_000 }, (_, n) => `ü${n}`)],
  ])('is byte for byte what Express answers for %s', async (_, body) => {
    const [ours, theirs] = [await request(replying(body)).get('/'), await request(express5(body)).get('/')];
    expect(relevant(ours)).toEqual(relevant(theirs));
  });

  it('has the status of the handler', async () => {
    expect(relevant(await request(replying({ a: 1 }, 201)).get('/'))).toEqual(
      relevant(await request(express5({ a: 1 }, 201)).get('/')),
    );
  });

  it('has no body where HTTP allows none', async () => {
    expect((await request(replying({ a: 1 }, 204)).get('/')).headers['content-length']).toBeUndefined();
    const head = await request(replying({ a: 1 })).head('/');
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '7', undefined]);
  });

  it('leaves a content type, an ETag and everything that is not data to Express', async () => {
    const typed = await request(replying({ a: 1 }, 200, { 'Content-Type': 'application/problem+json' })).get('/');
    expect(typed.headers['content-type']).toContain('application/problem+json');
    const known = await request(replying({ a: 1 }, 200, { ETag: '"x"' }))
      .get('/')
      .set('If-None-Match', '"x"');
    expect(known.status).toBe(304);
    expect((await request(replying('plain')).get('/')).text).toBe('plain');
    expect((await request(replying(undefined)).get('/')).text).toBe('');
    const file = await request(replying(new StreamableFile(Readable.from(['bytes'])))).get('/');
    expect(String(file.body)).toBe('bytes');
  });
});
