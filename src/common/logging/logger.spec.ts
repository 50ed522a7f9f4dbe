import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { loggerOptions } from './logger.js';

/** The logger of the panel, writing into a list. */
const lines: string[] = [];
const logger = pino(loggerOptions, { write: (line: string) => void lines.push(line) });
const MARKER = 'planted-marker';

const written = (entry: object): string => {
  lines.length = 0;
  logger.info(entry, 'text');
  return lines.join('');
};

describe('a log line', () => {
  it.each(['authorization', 'cookie', 'password', 'currentPassword', 'token', 'secret', 'apiKey', 'csrfToken'])(
    'never holds the value of %s, wherever it stands',
    (key) => {
      for (const entry of [
        { [key]: MARKER },
        { body: { [key]: MARKER } },
        { a: { b: { [key]: MARKER } } },
        { req: { headers: { [key]: MARKER } } },
      ]) {
        expect(written(entry)).not.toContain(MARKER);
      }
    },
  );

  it.each(['x-api-key', 'x-csrf-token', 'x-sftp-password', 'set-cookie'])('never holds the header %s', (name) => {
    expect(written({ req: { headers: { [name]: MARKER } } })).not.toContain(MARKER);
    expect(written({ res: { headers: { [name]: MARKER } } })).not.toContain(MARKER);
  });

  it('keeps what is no secret', () => {
    expect(written({ userId: 7, body: { name: 'visible' } })).toContain('visible');
  });

  it('does not hold secrets in what an error carries along', () => {
    const error = Object.assign(new Error('refused'), { token: MARKER, config: { password: MARKER } });
    expect(written({ err: error })).not.toContain(MARKER);
    expect(written({ err: error })).toContain('refused');
  });
});
