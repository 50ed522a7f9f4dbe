import { SIZES } from './data-set.ts';
import { sleep } from './net.ts';
import type { DatabaseChoice } from './options.ts';
import type { Timeline } from './readings.ts';

const STARTS = 3;
const REST_MS = 5_000;

const onDatabase = (kind: DatabaseChoice, name: string, limitMs: number): Timeline => ({
  part: 'start',
  title: `Start on an existing ${name} of ${SIZES.users.toLocaleString('en')} accounts and ${SIZES.servers.toLocaleString('en')} servers`,
  async measure(stage) {
    const { env } = await stage.site(kind);
    const times: number[] = [];
    const processor: number[] = [];
    const resident: number[] = [];
    for (let n = 0; n < STARTS; n++) {
      const begin = performance.now();
      const panel = await stage.startPanel(env);
      times.push(performance.now() - begin);
      processor.push((panel.child.processorSeconds() ?? NaN) * 1000);
      await sleep(REST_MS);
      resident.push(panel.child.residentMegabytes() ?? NaN);
      await panel.child.stop();
    }
    return [
      { title: `process to the first 200, median of ${STARTS}`, value: median(times), unit: 'ms', atMost: limitMs },
      { title: 'processor time until then', value: median(processor), unit: 'ms' },
      { title: 'resident memory at rest', value: median(resident), unit: 'MB' },
    ];
  },
});

const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;

export const starts: readonly Timeline[] = [
  onDatabase('postgresql', 'PostgreSQL', 2_000),
  onDatabase('pglite', 'embedded database', 4_000),
];
