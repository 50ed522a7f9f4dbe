import { pino } from 'pino';
import type { LoggerOptions } from 'pino';

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

const SECRET_HEADERS = ['x-api-key', 'x-csrf-token', 'x-sftp-password', 'set-cookie'];

export const loggerOptions = {
  base: null,
  redact: {
    paths: [
      ...SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      ...SECRET_HEADERS.map((name) => `*.headers["${name}"]`),
    ],
    censor: '[redacted]',
  },
} satisfies LoggerOptions;

/** The one logger: JSON lines on standard output. */
export const logger = pino(loggerOptions);
