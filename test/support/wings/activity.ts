import type { Clock } from './clock.ts';
import type { WingsOptions } from './options.ts';
import type { PanelClient } from './panel-client.ts';
import type { ActivityEvent } from './types.ts';

const BATCH = 100;

/** Collects what users did and reports it: `go` in one batch until accepted, `rs` per server and at most once. */
export class ActivityLog {
  readonly #options: WingsOptions;
  readonly #clock: Clock;
  readonly #panel: PanelClient;
  #events: ActivityEvent[] = [];

  constructor(options: WingsOptions, clock: Clock, panel: PanelClient) {
    this.#options = options;
    this.#clock = clock;
    this.#panel = panel;
    clock.everyReal(options.activityIntervalMs, () => clock.background('activity', this.flush()));
  }

  /** Notes an event for the next report. */
  note(event: Partial<ActivityEvent> & { server: string; event: string }): void {
    this.#events.push({
      user: null,
      metadata: null,
      ip: this.#options.flavour === 'go' ? '' : null,
      timestamp: new Date(this.#clock.now()).toISOString(),
      ...(this.#options.flavour === 'rs' ? { schedule: null } : {}),
      ...event,
    });
  }

  /** Reports everything collected. */
  async flush(): Promise<void> {
    if (this.#options.flavour === 'rs') return this.#flushPerServer();
    while (this.#events.length > 0) {
      const batch = this.#events.slice(0, BATCH);
      await this.report(batch);
      this.#events = this.#events.filter((event) => !batch.includes(event));
    }
  }

  /** Sends events as they are. */
  async report(events: ActivityEvent[]): Promise<void> {
    await this.#panel.call('POST', '/activity', { body: { data: events }, retry: false });
  }

  async #flushPerServer(): Promise<void> {
    const events = this.#events;
    this.#events = [];
    for (const server of new Set(events.map((event) => event.server))) {
      const own = events.filter((event) => event.server === server);
      for (let at = 0; at < own.length; at += BATCH) await this.report(own.slice(at, at + BATCH));
    }
  }
}
