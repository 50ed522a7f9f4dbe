import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { logger } from '../logging/logger.js';
import { fromDatabase } from './database-errors.js';
import { PanelError } from './panel-error.js';

/** The body of every error answer. */
export interface ErrorBody {
  error: string;
  code: string;
  message?: string;
  details?: string;
  fields?: Record<string, string[]>;
  requestId?: string;
  [extra: string]: unknown;
}

const texts: Record<number, [code: string, message: string]> = {
  400: ['request.invalid', 'Request error'],
  404: ['route.not_found', 'Route not found'],
  413: ['request.too_large', 'The request body is too large'],
  415: ['request.unsupported_media_type', 'Unsupported media type'],
};

/** Turns anything thrown into the error the client may see; what is unknown becomes a 500 without its text. */
export function toPanelError(thrown: unknown): PanelError {
  if (thrown instanceof PanelError) return thrown;
  const fromPrisma = fromDatabase(thrown);
  if (fromPrisma) return fromPrisma;
  const status = thrown instanceof HttpException ? thrown.getStatus() : httpStatusOf(thrown);
  if (status >= 400 && status < 500) {
    const [code, message] = texts[status] ?? ['request.invalid', 'Request error'];
    return new PanelError(status, code, message, { cause: thrown });
  }
  return new PanelError(500, 'internal', 'Internal server error', { cause: thrown });
}

/** The body-parser and the router throw plain errors with a `status`. */
function httpStatusOf(thrown: unknown): number {
  const status = (thrown as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : 500;
}

/** Builds the JSON body of an error. */
export function errorBody(error: PanelError, requestId?: string): ErrorBody {
  const { details, fields, extra } = error.options;
  return {
    error: error.message,
    code: error.code,
    ...(details !== undefined && { details }),
    ...(fields !== undefined && { fields }),
    ...extra,
    ...(requestId !== undefined && { requestId }),
  };
}

/** Server errors are for the operator to look at; a database that is away is told in one line, not with a stack each. */
function report(error: PanelError, request: Request): void {
  const { cause } = error.options;
  if (error.status === 503) {
    if (cause instanceof Error) logger.warn({ reason: cause.message, requestId: request.id }, error.message);
    return;
  }
  if (error.status >= 500) logger.error({ err: cause ?? error, requestId: request.id }, 'request failed');
}

/** The one exception filter: always a JSON body with `error`, `Retry-After` where waiting helps. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const error = toPanelError(thrown);
    report(error, request);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.options.retryAfter !== undefined) response.setHeader('Retry-After', error.options.retryAfter);
    response.status(error.status).json(this.body(error, request));
  }

  /** The body for this client; the daemons' filter has its own shape. */
  protected body(error: PanelError, request: Request): ErrorBody {
    return errorBody(error, request.id);
  }
}
