import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { EnvironmentError } from '../config/environment.js';
import { PostgresDatabase } from '../prisma/postgres.database.js';
import { migrate } from '../prisma/open-database.js';
import { startProblem } from './start-problem.js';

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

it('tells of a taken port how to help oneself', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => first.once('listening', resolve));
  const { port } = first.address() as AddressInfo;
  const error = await new Promise((resolve) => createServer().once('error', resolve).listen(port, '127.0.0.1'));
  expect(startProblem(error)).toBe(`127.0.0.1:${port} is in use by another program; set PORT to a free one.`);
  first.close();
});

it('tells of a database that is not there, without its password', async () => {
  const database = new PostgresDatabase('postgresql://panel:planted-marker@127.0.0.1:9/panel', 1);
  const problem = startProblem(await thrownBy(migrate(database)));
  expect(problem).toContain('DATABASE_URL');
  expect(problem).not.toContain('planted-marker');
  await database.close();
});

it('tells of the configuration line by line', () => {
  expect(startProblem(new EnvironmentError(['PORT must be an integer number', 'LOG_LEVEL is unknown']))).toContain(
    '\n  - LOG_LEVEL',
  );
});

it('does not hide errors of the panel itself behind a friendly line', () => {
  expect(startProblem(new Error('bug'))).toBeUndefined();
  expect(startProblem(new TypeError('x is not a function'))).toBeUndefined();
});
