import type { INestApplication } from '@nestjs/common';
import { logger } from '../common/logging/logger.js';
import type { ControlServer } from './control-server.js';

const LIMIT_MS = 15_000;

/** Ctrl-C and SIGTERM: requests under way and sockets are drained, the database is closed, the exit code is 0. */
export function closeOnSignal(app: INestApplication, control: ControlServer): void {
  let closing = false;
  const close = (signal: string): void => {
    if (closing) return;
    closing = true;
    logger.info({ signal }, 'closing');
    setTimeout(() => {
      logger.error('closing took too long');
      process.exit(1);
    }, LIMIT_MS).unref();
    const closed = control.close().then(() => app.close());
    closed.then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => close('SIGTERM'));
  process.on('SIGINT', () => close('SIGINT'));
}
