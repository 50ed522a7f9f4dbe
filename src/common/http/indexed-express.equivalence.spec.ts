import { request } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  All,
  Body,
  ConflictException,
  Controller,
  Get,
  Head,
  Module,
  Next,
  Options,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Version,
  VersioningType,
  type INestApplication,
  type MiddlewareConsumer,
  type NestModule,
  RequestMethod,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { IndexedExpressAdapter } from './indexed-express.adapter.js';

type Params = Record<string, unknown>;
const echo = (route: string, params: Params): Params => ({ route, params: { ...params } });

@Controller('nodes')
class NodesController {
  @Get('available') available() {
    return echo('available', {});
  }
  @Get(':id') one(@Param() params: Params, @Query() query: Params) {
    return { ...echo('node', params), query };
  }
  @Get('late') late() {
    return echo('shadowed by :id', {});
  }
  @Patch(':userId') patch(@Param() params: Params, @Body() body: Params) {
    return { ...echo('patch', params), body };
  }
  @Post(':id/:action') act(@Param() params: Params) {
    return echo('act', params);
  }
  @Get(':id/files/*path') files(@Param() params: Params) {
    return echo('files', params);
  }
  @Get('a.b-c/:x-:y') mixed(@Param() params: Params) {
    return echo('mixed', params);
  }
  @Get('opt{/:name}') optional(@Param() params: Params) {
    return echo('optional', params);
  }
}

@Controller()
class MiscController {
  @Get() root() {
    return echo('root', {});
  }
  @Get('health') health() {
    return echo('health', {});
  }
  @All('any/:id') any(@Param() params: Params, @Req() { method }: Request) {
    return { ...echo('any', params), method };
  }
  @Get('chain/:first') pass(@Next() next: NextFunction) {
    next();
  }
  @Get('chain/:second') end(@Param() params: Params) {
    return echo('chain', params);
  }
  @Get('throw') throw() {
    throw new ConflictException('sync');
  }
  @Get('reject') async reject() {
    await Promise.resolve();
    throw new Error('async');
  }
  @Get('next-error') nextError(@Next() next: NextFunction) {
    next(new ConflictException('next'));
  }
  @Head('head') head() {
    // A HEAD has no body.
  }
  @Options('options') options() {
    return echo('options', {});
  }
  @Version('2') @Get('versioned') second() {
    return echo('version 2', {});
  }
  @Version('1') @Get('versioned') first() {
    return echo('version 1', {});
  }
  @Get('*splat') rest(@Param() params: Params) {
    return echo('rest', params);
  }
}

@Controller('many')
class ManyController {}
for (let position = 0; position < 500; position++) {
  const value = (params: Params): Params => echo(`many ${position}`, params);
  const descriptor = { value, configurable: true, writable: true };
  Object.defineProperty(ManyController.prototype, `route${position}`, descriptor);
  Get(`r${position}/:p${position}`)(ManyController.prototype, `route${position}`, descriptor);
  Param()(ManyController.prototype, `route${position}`, 0);
}

@Module({ controllers: [ManyController, NodesController, MiscController] })
class TestModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const mark = (_: Request, response: Response, next: NextFunction): void => {
      response.append('x-trace', 'consumer');
      next();
    };
    consumer.apply(mark).forRoutes({ path: 'nodes/:id', method: RequestMethod.GET }, 'many/*rest');
  }
}

interface Answer {
  status: number | undefined;
  headers: unknown[];
  body: string;
}

async function start(adapter: ExpressAdapter, prefix: string): Promise<INestApplication> {
  const app = await NestFactory.create(TestModule, adapter, { logger: false });
  app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
  if (prefix) {
    app.setGlobalPrefix(prefix, { exclude: ['health', 'nodes/available'] });
  }
  app.use((incoming: Request, response: Response, next: NextFunction) => {
    response.append('x-trace', 'global');
    incoming.url = incoming.url.replace('/legacy/', prefix ? `/${prefix}/` : '/');
    next();
  });
  // Swagger registers its routes like this before Nest adds the body parser and the controllers.
  app.getHttpAdapter().get('/docs-json', (_: Request, response: Response) => response.json('docs'));
  app.use('/docs', (incoming: Request, response: Response) => response.json(incoming.baseUrl + incoming.url));
  await app.listen(0, '127.0.0.1');
  return app;
}

function send(app: INestApplication, method: string, path: string): Promise<Answer> {
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const body = method === 'PATCH' ? '{"name":"n"}' : '';
  const headers = { 'content-type': 'application/json', 'content-length': body.length, 'x-version': '1' };
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const shown = ['allow', 'x-trace', 'content-type', 'content-length'].map((name) => response.headers[name]);
        resolve({ status: response.statusCode, headers: shown, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'SEARCH'];
const PATHS = `
  / // /?q=1 /health /HEALTH/ /health// //health /unknown /unknown/deep/path /api /api/ /api/unknown /nodes /nodes/
  /nodes/available /Nodes/AVAILABLE /nodes/available/ /nodes/available// /nodes/late /nodes/7 /nodes/7/ /nodes/7?q=1&q=2
  /nodes//7 /nodes/a%2Fb /nodes/%2E%2E /nodes/%00 /nodes/%zz /nodes/%C3 /nodes/%E4%BD%A0 /nodes/\u00e9 /nodes/a%20b /nodes/a+b
  /nodes/%61vailable /%6eodes/7 /nodes/__proto__ /nodes/7/start /nodes/7/%2f /nodes/7/files /nodes/7/files/
  /nodes/7/files/a/b%2Fc /nodes/7/files/a//b/ /nodes/7/files/%zz /nodes/a.b-c/x-y /nodes/a.b-c/x /nodes/opt
  /nodes/opt/name /nodes/${'x'.repeat(300)} /any/1 /any/%zz /any/1/2 /chain/1 /throw /reject /next-error /head /options
  /versioned /many/r0/1 /many/R499/1 /many/r499/%F0%9F%98%80/ /many/r500/1 /many/r1 /legacy/nodes/7 /legacy/many/r7/x
  /docs /docs/a?b /docs-json http://other/nodes/7 /a;b=1 /nodes/7;v=1 /nodes/7#x /* /:id`
  .trim()
  .split(/\s+/);

describe.each(['', 'api'])('IndexedExpressAdapter with the prefix "%s"', (prefix) => {
  let plain: INestApplication;
  let ours: INestApplication;

  beforeAll(async () => {
    plain = await start(new ExpressAdapter(), prefix);
    ours = await start(new IndexedExpressAdapter(), prefix);
  });
  afterAll(() => Promise.all([plain.close(), ours.close()]));

  it.each([...new Set(PATHS.flatMap((path) => [path, path.startsWith('/') && prefix ? `/${prefix}${path}` : path]))])(
    'answers %s as the adapter of Nest does, whatever the method',
    async (path) => {
      for (const method of METHODS) {
        expect([method, await send(ours, method, path)]).toEqual([method, await send(plain, method, path)]);
      }
    },
  );
});
