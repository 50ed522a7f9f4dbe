import { randomUUID } from 'node:crypto';
import { pinoHttp } from 'pino-http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { logger } from './logger.js';

const ACCEPTED_ID = /^[\w-]{8,64}$/;

/** The path alone: query strings may carry what must not be logged. */
const pathOf = (url: string | undefined): string => (url ?? '').split('?', 1)[0] ?? '';

/**
 * Gives each request an id (an incoming `X-Request-Id` of a sane form is kept), answers it in the same header and logs
 * one line when the response is done: server errors as errors, refusals as info, the rest as debug.
 */
export const requestLog = pinoHttp({
  logger,
  genReqId: (request: IncomingMessage, response: ServerResponse) => {
    const given = request.headers['x-request-id'];
    const id = typeof given === 'string' && ACCEPTED_ID.test(given) ? given : randomUUID();
    response.setHeader('X-Request-Id', id);
    return id;
  },
  customLogLevel: (_request, response, error) => {
    if (error || response.statusCode >= 500) return 'error';
    return response.statusCode >= 400 ? 'info' : 'debug';
  },
  serializers: {
    req: (request: { id: string; method: string; url: string }) => ({
      id: request.id,
      method: request.method,
      path: pathOf(request.url),
    }),
    res: (response: { statusCode: number }) => ({ status: response.statusCode }),
  },
  quietReqLogger: true,
});
