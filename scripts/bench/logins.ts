import { OWNER_OF_25, PASSWORD, SIZES, emailOf } from './data-set.ts';
import { measure, warm } from './load.ts';
import { sleep } from './net.ts';
import type { Panel } from './panel.ts';
import type { Reading, Timeline } from './readings.ts';

const PARALLEL = 200;
const SECONDS = 10;
/** Enough to tell a p99 by, and little beside what the logins cost. */
const CHECKS = { seconds: SECONDS, connections: 10, rate: 100 };
const CALM_SECONDS = 3;

/** A wave of people signs in at once, and those who are in already must not notice. */
export const logins: Timeline = {
  part: 'logins',
  title: `${PARALLEL} logins at a time for ${SECONDS} s, argon2 as configured by default`,
  async measure(stage) {
    const { env } = await stage.site();
    const panel = await stage.startPanel(env);
    try {
      return await measureLogins(panel);
    } finally {
      await panel.child.stop();
    }
  },
};

async function measureLogins(panel: Panel): Promise<Reading[]> {
  const headers = { authorization: `Bearer ${await panel.signIn(OWNER_OF_25)}` };
  const check = { url: `${panel.url}/api/auth/session`, headers };
  await warm(check, CHECKS);
  const calm = await measure(check, { ...CHECKS, seconds: CALM_SECONDS });
  const wave = new Wave(panel);
  const processorBefore = panel.child.processorSeconds();
  const begin = performance.now();
  wave.start();
  const { p50Ms, p99Ms, failures } = await measure(check, CHECKS);
  const seconds = (performance.now() - begin) / 1000;
  const processorAfter = panel.child.processorSeconds();
  const { done, refused, failed } = await wave.stop();
  return [
    { title: 'logins a second', value: done / seconds, unit: '/s' },
    ...perCore(done, processorBefore, processorAfter),
    { title: 'logins asked to come back later (503)', value: refused, unit: '' },
    { title: 'logins failed', value: failed, unit: '', atMost: 0 },
    { title: 'GET /api/auth/session before, p99', value: calm.p99Ms, unit: 'ms' },
    { title: 'GET /api/auth/session meanwhile, p50', value: p50Ms, unit: 'ms' },
    { title: 'GET /api/auth/session meanwhile, p99', value: p99Ms, unit: 'ms', atMost: 150 },
    { title: 'GET /api/auth/session failed', value: failures, unit: '', atMost: 0 },
  ];
}

/** Of the processor time that the panel got, so that what else the machine does counts little. */
function perCore(done: number, before: number | undefined, after: number | undefined): Reading[] {
  if (before === undefined || after === undefined) return [];
  return [{ title: 'logins a second and core', value: done / (after - before), unit: '/s', atLeast: 15 }];
}

/** People who sign in over and over, one request each at a time; whoever is told to wait does. */
class Wave {
  private readonly panel: Panel;
  private readonly end = new AbortController();
  private people: Promise<void>[] = [];
  private done = 0;
  private refused = 0;
  private failed = 0;

  constructor(panel: Panel) {
    this.panel = panel;
  }

  start(): void {
    this.people = Array.from({ length: PARALLEL }, (_, index) => this.person(1 + (index % SIZES.users)));
  }

  async stop(): Promise<{ done: number; refused: number; failed: number }> {
    const { done, refused, failed } = this;
    this.end.abort();
    await Promise.all(this.people);
    return { done, refused, failed };
  }

  private async person(user: number): Promise<void> {
    const body = JSON.stringify({ email: emailOf(user), password: PASSWORD });
    while (!this.isOver()) {
      try {
        await this.attempt(body);
      } catch {
        if (!this.isOver()) this.failed += 1;
      }
    }
  }

  private isOver(): boolean {
    return this.end.signal.aborted;
  }

  private async attempt(body: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const { signal } = this.end;
    const answer = await fetch(`${this.panel.url}/api/auth/login`, { method: 'POST', headers, body, signal });
    await answer.arrayBuffer();
    const pause = Number(answer.headers.get('retry-after') ?? 1) * 1000;
    if (answer.ok) this.done += 1;
    else if (answer.status === 503) this.refused += 1;
    else this.failed += 1;
    if (!answer.ok) await Promise.race([sleep(pause), aborted(signal)]);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
