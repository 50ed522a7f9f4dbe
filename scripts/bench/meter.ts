import type { Bare } from './bare.ts';
import type { Child } from './child.ts';
import { measure, warm } from './load.ts';
import type { Figures, Load, Pace } from './load.ts';

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

  async measure({ title, target, child, load, statements }: Subject): Promise<MeasuredRow> {
    const bareBefore = await this.sampleBare();
    await warm(load, this.pace);
    const sqlBefore = await statements?.();
    const processorBefore = child.processorSeconds();
    const figures = await measure(load, this.pace);
    const processorSeconds = difference(child.processorSeconds(), processorBefore);
    const sql = difference(await statements?.(), sqlBefore);
    const bare = (bareBefore + (await this.sampleBare())) / 2;
    return {
      title,
      target,
      ratio: figures.requestsPerSecond / bare,
      figures,
      ...(sql !== undefined && { sqlPerRequest: sql / figures.answers }),
      processorMicroseconds: processorSeconds && (processorSeconds * 1e6) / figures.answers,
      residentMegabytes: child.residentMegabytes(),
    };
  }

  private async sampleBare(): Promise<number> {
    const sample = await this.bareNest.sample(this.pace.connections);
    this.bareSamples.push(sample);
    return sample;
  }
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}
