import type { NestExpressApplication } from '@nestjs/platform-express';
import cors from 'cors';
import { json, urlencoded } from 'express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Config } from '../../config/config.js';
import { requestLog } from '../logging/request-log.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { ClientIp } from '../net/client-ip.js';
import { refuseOddJson } from './json-depth.js';
import { securityHeaders } from './security-headers.js';

const BODY_LIMIT = '1mb';
const KEEP_ALIVE_MS = 75_000;

/** Everything that happens to a request before the routes: headers, CORS, request id, client address, body. */
export function configureHttp(app: NestExpressApplication, config: Config): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  const clientIp = new ClientIp(config.trustedProxies);
  app.use((request: Request, _response: Response, next: NextFunction) => {
    request.clientIp = clientIp.of(request);
    next();
  });
  // Longer than proxies keep an idle connection: else they send a request into one that is just being closed.
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  app.use(app.get(RequestMetrics).measure);
  app.use(requestLog);
  app.use(securityHeaders(config.panelUrl.startsWith('https:')));
  if (config.corsOrigins.length > 0) app.use(corsFor(config.corsOrigins));
  app.use(
    whereThereIsABody(
      json({
        limit: BODY_LIMIT,
        strict: false,
        verify: (_request, _response, body, charset) => refuseOddJson(body, charset),
      }),
    ),
  );
  app.use(whereThereIsABody(urlencoded({ limit: BODY_LIMIT, extended: false })));
}

/** Routes that read their bodies themselves, after the guards: those of daemons, and the file editor's. */
const READ_LATER = [/^\/api\/remote\//i, /^\/api\/servers\/[^/]+\/files\/write\/?$/i];

/** Most requests have no body. */
function whereThereIsABody(parse: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const { headers } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (!hasBody || READ_LATER.some((path) => path.test(request.path))) next();
    else parse(request, response, next);
  };
}

/** Exact origins only; without configured frontends no foreign origin is let in at all. */
function corsFor(origins: string[]): ReturnType<typeof cors> {
  return cors({
    origin: origins,
    credentials: true,
    methods: ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS'],
    allowedHeaders: [
      'Content-Type',
      'Authorization',
      'X-Requested-With',
      'X-API-Key',
      'Accept',
      'Origin',
      'Idempotency-Key',
      'x-sftp-password',
      'x-path',
      'x-csrf-token',
    ],
    exposedHeaders: [
      'Content-Type',
      'Content-Length',
      'Content-Disposition',
      'Cache-Control',
      'Retry-After',
      'X-Request-Id',
    ],
    maxAge: 600,
  });
}
