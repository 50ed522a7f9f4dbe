import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../src/common/jobs/jobs.service.js';
import { startPlatform } from '../support/platform.js';
import type { TestPlatform } from '../support/platform.js';
import { until } from '../support/until.js';

const runs: string[] = [];
let failures = 0;

@Injectable()
class Worker implements OnModuleInit {
  constructor(private readonly jobs: Jobs) {}

  onModuleInit(): void {
    this.jobs.register(
      'server.sync',
      ({ serverUuid }) => {
        runs.push(serverUuid);
        return failures-- > 0 ? Promise.reject(new Error('not yet')) : Promise.resolve();
      },
      { retries: 2, retryDelaySeconds: 60 },
    );
  }
}

let platform: TestPlatform;
let jobs: Jobs;
beforeAll(async () => {
  platform = await startPlatform({ providers: [Worker] });
  jobs = platform.app.get(Jobs);
});
afterAll(() => platform.close());
beforeEach(() => {
  runs.length = 0;
  failures = 0;
});

const ran = (name: string, times = 1) =>
  until(`${name} ran ${times} times`, () => runs.filter((run) => run === name).length >= times, { within: 20_000 });
const timesOf = (name: string): number => runs.filter((run) => run === name).length;

describe('a job', () => {
  it('of a transaction that was rolled back never runs; one that was committed runs once', async () => {
    const failed = platform.prisma.$transaction(async (tx) => {
      await jobs.enqueue('server.sync', { serverUuid: 'rolled-back' }, { tx });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await platform.prisma.$transaction((tx) => jobs.enqueue('server.sync', { serverUuid: 'committed' }, { tx }));
    await jobs.enqueue('server.sync', { serverUuid: 'marker' });
    await ran('marker');
    expect([timesOf('rolled-back'), timesOf('committed')]).toEqual([0, 1]);
  });

  it('is not seen before its transaction is committed', async () => {
    await platform.prisma.$transaction(async (tx) => {
      await jobs.enqueue('server.sync', { serverUuid: 'inside' }, { tx });
      expect(runs).toEqual([]);
    });
    await ran('inside');
  });

  it('that fails runs again until it succeeds', async () => {
    failures = 2;
    await jobs.enqueue('server.sync', { serverUuid: 'stubborn' });
    for (const times of [1, 2]) {
      await ran('stubborn', times);
      await until('it waits for its next try', async () => {
        const { rows } = await platform.database.executeSql(
          `UPDATE pgboss.job SET start_after = now() WHERE state = 'retry' AND start_after > now() RETURNING id`,
        );
        return rows.length === 1;
      });
    }
    await ran('stubborn', 3);
    await until('it is done', async () => (await stateOf('stubborn')) === 'completed');
  });

  it('is given up after its last try, and the others go on', async () => {
    failures = 3;
    await jobs.enqueue('server.sync', { serverUuid: 'hopeless' });
    for (const times of [1, 2, 3]) {
      await ran('hopeless', times);
      await until('the try is over', async () => ['retry', 'failed'].includes((await stateOf('hopeless')) ?? ''));
      await platform.database.executeSql(`UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'`);
    }
    expect(await stateOf('hopeless')).toBe('failed');
    await jobs.enqueue('server.sync', { serverUuid: 'next' });
    await ran('next');
  });

  it('with a key waits only once', async () => {
    for (let count = 0; count < 5; count++) {
      await jobs.enqueue('server.sync', { serverUuid: 'single' }, { singletonKey: 'single', startAfterSeconds: 1 });
    }
    await ran('single');
    await jobs.enqueue('server.sync', { serverUuid: 'marker' });
    await ran('marker');
    expect(timesOf('single')).toBe(1);
  });
});

async function stateOf(serverUuid: string): Promise<string | undefined> {
  const { rows } = await platform.database.executeSql(`SELECT state FROM pgboss.job WHERE data ->> 'serverUuid' = $1`, [
    serverUuid,
  ]);
  return (rows[0] as { state: string } | undefined)?.state;
}
