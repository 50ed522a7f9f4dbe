import { messageOf } from './types.ts';

/** Rejects whatever was sleeping when the daemon died. */
export class StoppedError extends Error {
  constructor() {
    super('the daemon has stopped');
  }
}

interface ClockSettings {
  scale: () => number;
  offsetSeconds: () => number;
  log: (message: string) => void;
}

/** The time of one daemon life: scaled pauses that all end when the daemon stops. */
export class Clock {
  stopped = false;
  readonly #settings: ClockSettings;
  readonly #cancels = new Set<() => void>();

  constructor(settings: ClockSettings) {
    this.#settings = settings;
  }

  /** The daemon's idea of now, in milliseconds. */
  now(): number {
    return Date.now() + this.#settings.offsetSeconds() * 1000;
  }

  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Waits the scaled duration; rejects when the daemon stops meanwhile. */
  sleep(ms: number): Promise<void> {
    return this.sleepReal(ms * this.#settings.scale());
  }

  /** Waits in real time; rejects when the daemon stops meanwhile. */
  sleepReal(ms: number): Promise<void> {
    if (this.stopped) return Promise.reject(new StoppedError());
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        clearTimeout(timer);
        reject(new StoppedError());
      };
      const timer = setTimeout(() => {
        this.#cancels.delete(cancel);
        resolve();
      }, ms);
      this.#cancels.add(cancel);
    });
  }

  /** Repeats a task at a scaled interval; returns the way to end it. */
  every(ms: number, task: () => void): () => void {
    return this.everyReal(Math.max(1, ms * this.#settings.scale()), task);
  }

  /** Repeats a task at a real interval; returns the way to end it. */
  everyReal(ms: number, task: () => void): () => void {
    if (this.stopped) return () => undefined;
    const timer = setInterval(task, ms);
    const cancel = (): void => {
      clearInterval(timer);
      this.#cancels.delete(cancel);
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Lets work go on by itself; its failure is only logged, as a daemon would. */
  background(name: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!this.stopped) this.#settings.log(`${name}: ${messageOf(error)}`);
    });
  }

  /** Ends every pause and repetition for good. */
  stop(): void {
    this.stopped = true;
    for (const cancel of [...this.#cancels]) cancel();
    this.#cancels.clear();
  }
}

/** Polls until the condition gives a truthy value and answers that value. */
export async function waitFor<T>(
  condition: () => T | null | undefined | false,
  timeoutMs = 5000,
  what = 'condition',
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = condition();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`timed out after ${timeoutMs} ms waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
