import type { LoggerService } from '@nestjs/common';
import { logger } from './logger.js';

/** Lets Nest write through the panel's logger. */
export class NestLogger implements LoggerService {
  log(message: unknown, context?: string): void {
    logger.debug({ context }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    const context = details.at(-1);
    if (message instanceof Error) logger.error({ context, err: message }, message.message);
    else logger.error({ context, details }, String(message));
  }

  warn(message: unknown, context?: string): void {
    logger.warn({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    logger.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    logger.trace({ context }, String(message));
  }

  fatal(message: unknown, context?: string): void {
    logger.fatal({ context }, String(message));
  }
}
