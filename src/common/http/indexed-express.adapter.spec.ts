import { describe, expect, it, jest } from '@jest/globals';
import type { Application, NextFunction, Request, Response } from 'express';
import request from 'supertest';
import { IndexedExpressAdapter } from './indexed-express.adapter.js';

interface Router {
  stack: { match(path: string): unknown }[];
}

const show = (route: string) => (incoming: Request, response: Response) =>
  response.json({ route, params: incoming.params });
const pass = (_: Request, __: Response, next: NextFunction): void => next();

function setUp(): { adapter: IndexedExpressAdapter; app: Application } {
  const adapter = new IndexedExpressAdapter();
  return { adapter, app: adapter.getInstance<Application>() };
}

describe('IndexedExpressAdapter', () => {
  it('gives each route its own parameter name, decoded', async () => {
    const { adapter, app } = setUp();
    adapter.get('/a/:id', show('get'));
    adapter.patch('/a/:user', show('patch'));
    adapter.get('/b/*path', show('wildcard'));
    expect((await request(app).get('/a/x%2Fy')).body).toEqual({ route: 'get', params: { id: 'x/y' } });
    expect((await request(app).patch('/A/z/')).body).toEqual({ route: 'patch', params: { user: 'z' } });
    expect((await request(app).get('/b/c/d%2Fe')).body).toEqual({ route: 'wildcard', params: { path: ['c', 'd/e'] } });
  });

  it('answers a malformed escape with 400', async () => {
    const { adapter, app } = setUp();
    app.disable('etag').set('env', 'test');
    adapter.get('/a/:id', show('get'));
    expect((await request(app).get('/a/%zz')).status).toBe(400);
  });

  it('runs several handlers of one route and leaves it on next("route")', async () => {
    const { app } = setUp();
    app.get('/a/:first', pass, pass, (_, __, next) => next('route'), show('never'));
    app.get('/a/:second', show('second'));
    expect((await request(app).get('/a/1')).body).toEqual({ route: 'second', params: { second: '1' } });
  });

  it('keeps middleware between routes in its place', async () => {
    const { adapter, app } = setUp();
    adapter.get('/before', show('before'));
    adapter.use((_: Request, response: Response, next: NextFunction) => {
      response.set('x-seen', 'yes');
      next();
    });
    adapter.get('/after', show('after'));
    expect((await request(app).get('/before')).headers).not.toHaveProperty('x-seen');
    expect((await request(app).get('/after')).headers).toHaveProperty('x-seen', 'yes');
  });

  it.each(['/throw', '/reject', '/next'])('hands the error of %s to the error handler', async (path) => {
    const { adapter, app } = setUp();
    const failure = new Error('failed');
    adapter.get('/throw', () => {
      throw failure;
    });
    adapter.get('/reject', () => Promise.reject(failure));
    app.get('/next', (_, __, next) => next(failure));
    adapter.get('/*all', show('never'));
    adapter.setErrorHandler((error: Error, _: Request, response: Response, __: NextFunction) =>
      response.status(500).send(error.message),
    );
    expect(await request(app).get(path)).toMatchObject({ status: 500, text: 'failed' });
  });

  it('lists the methods of a path on OPTIONS and answers HEAD from GET', async () => {
    const { adapter, app } = setUp();
    adapter.get('/a/:id', show('get'));
    adapter.delete('/:a/b', show('delete'));
    expect((await request(app).options('/a/b')).text).toBe('DELETE, GET, HEAD');
    expect((await request(app).head('/a/b')).status).toBe(200);
    expect((await request(app).options('/x')).status).toBe(404);
  });

  it('does not try the routes that cannot match', async () => {
    const { adapter, app } = setUp();
    for (let position = 0; position < 500; position++) {
      adapter.get(`/r${position}/:id`, show(`r${position}`));
    }
    const { stack } = app.router as unknown as Router;
    const spies = stack.slice(1).map((layer) => jest.spyOn(layer, 'match'));
    expect((await request(app).get('/r499/x')).body).toEqual({ route: 'r499', params: { id: 'x' } });
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([...Array<number>(499).fill(0), 1]);
  });

  it('serves a route that is added after the first request', async () => {
    const { adapter, app } = setUp();
    expect((await request(app).get('/added')).status).toBe(404);
    adapter.get('/added', show('added'));
    expect((await request(app).get('/added')).status).toBe(200);
  });
});
