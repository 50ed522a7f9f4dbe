/** Runs expensive work a few at a time, in the order in which it came; beyond a bounded queue it refuses. */
export class WorkQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly concurrency: number,
    private readonly maximumWaiting: number,
    private readonly refusal: () => Error,
  ) {}

  /** @throws the refusal when too much is waiting already. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running >= this.concurrency) await this.wait();
    else this.running += 1;
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  private wait(): Promise<void> {
    if (this.waiting.length >= this.maximumWaiting) throw this.refusal();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** The place goes straight to the next in line. */
  private release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}
