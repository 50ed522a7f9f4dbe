import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { logger } from './logger.js';

const ACCEPTED_ID = /^[\w-]{8,64}$/;

/**
 * Gives each request an id (an incoming `X-Request-Id` of a sane form is kept), answers it in the same header and logs
 * one line when the response is done: server errors as errors, refusals as info, the rest as debug.
 * Written by hand because pino-http makes two child loggers a request, also for lines below the level: a seventh of the
 * time of a small request.
 */
export const requestLog: RequestHandler = (request, response, next) => {
  const start = performance.now();
  request.id = idOf(request);
  response.setHeader('X-Request-Id', request.id);
  response.once('close', () => logEnd(request, response, start));
  next();
};

function idOf(request: Request): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTED_ID.test(given) ? given : randomUUID();
}

function logEnd(request: Request, response: Response, start: number): void {
  const { statusCode: status } = response;
  const level = status >= 500 ? 'error' : status >= 400 ? 'info' : 'debug';
  if (!logger.isLevelEnabled(level)) return;
  const line = {
    req: { id: request.id, method: request.method, path: pathOf(request) },
    res: { status },
    responseTime: Math.round(performance.now() - start),
  };
  logger[level](line, response.writableFinished ? 'request completed' : 'request aborted');
}

/** The path alone: query strings may carry what must not be logged. */
const pathOf = (request: Request): string => request.originalUrl.split('?', 1)[0] ?? '';
