import type { Bare } from './bare.ts';
import type { Child } from './child.ts';
import { measure, once, warm } from './load.ts';
import type { Figures, Load, Pace } from './load.ts';

const COUNTED_REQUESTS = 10;

/** What is promised: a part of a bare Nest's requests per second, and SQL statements a request. */
export interface Target {
  readonly ratio?: number;
  readonly sql?: number;
}

/** One line of the table. */
export interface MeasuredRow {
  readonly title: string;
  readonly target: Target;
  /** Requests per second as a part of those of bare Nest in the seconds before and after. */
  readonly ratio: number;
  readonly figures: Figures;
  readonly sqlPerRequest?: number;
  /** Processor time of the process, all threads, per request; says more than the ratio when the machine is shared. */
  readonly processorMicroseconds: number | undefined;
  readonly residentMegabytes: number | undefined;
}

/** What a row measures. */
export interface Subject {
  readonly title: string;
  readonly target: Target;
  readonly child: Child;
  readonly load: Load;
  readonly isWarmed?: boolean | undefined;
  /** SQL statements sent so far. */
  readonly statements?: () => Promise<number>;
}

/** Measures rows, each beside bare Nest: what else the machine does at that time slows both. */
export class Meter {
  readonly bareSamples: number[] = [];
  private readonly bareNest: Bare;
  private readonly pace: Pace;

  constructor(bareNest: Bare, pace: Pace) {
    this.bareNest = bareNest;
    this.pace = pace;
  }

  async measure({ title, target, child, load, isWarmed = true, statements }: Subject): Promise<MeasuredRow> {
    const bareBefore = await this.sampleBare();
    if (isWarmed) await warm(load, this.pace);
    const sqlPerRequest = statements && (await countStatements(load, statements));
    const processorBefore = child.processorSeconds();
    const figures = await measure(load, this.pace);
    const processorAfter = child.processorSeconds();
    await once(load);
    const bare = (bareBefore + (await this.sampleBare())) / 2;
    return {
      title,
      target,
      ratio: figures.requestsPerSecond / bare,
      figures,
      ...(sqlPerRequest !== undefined && { sqlPerRequest }),
      processorMicroseconds: perAnswer(processorBefore, processorAfter, figures.answers),
      residentMegabytes: child.residentMegabytes(),
    };
  }

  private async sampleBare(): Promise<number> {
    const sample = await this.bareNest.sample(this.pace.connections);
    this.bareSamples.push(sample);
    return sample;
  }
}

/** Statements a request: the least that one of several sent, because jobs in the background send statements too. */
async function countStatements(load: Load, statements: () => Promise<number>): Promise<number> {
  // What the warming gave up at its end is still worked on; this one is answered after it.
  await once(load);
  let least = Infinity;
  for (let n = 0; n < COUNTED_REQUESTS; n++) {
    const before = await statements();
    await once(load);
    least = Math.min(least, (await statements()) - before);
  }
  return least;
}

/** Processor seconds as microseconds per answer. */
export function perAnswer(before: number | undefined, after: number | undefined, answers: number): number | undefined {
  return before === undefined || after === undefined ? undefined : ((after - before) * 1e6) / answers;
}
