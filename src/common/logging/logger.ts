import { pino } from 'pino';

/** Keys whose values never reach a log, wherever they stand. */
const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'currentPassword',
  'token',
  'secret',
  'apiKey',
  'rootPassword',
  'csrfToken',
  'tempToken',
];

/** The one logger: JSON lines on standard output. */
export const logger = pino({
  base: null,
  redact: {
    paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `req.headers.${key}`]).concat([
      'req.headers["x-api-key"]',
      'req.headers["x-csrf-token"]',
      'req.headers["x-sftp-password"]',
    ]),
    censor: '[redacted]',
  },
});
