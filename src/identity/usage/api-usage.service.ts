import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { logger } from '../../common/logging/logger.js';
import { RequestMetrics, UNMATCHED } from '../../common/metrics/request-metrics.js';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import { ownOrPermitted } from '../access/target-user.js';
import type { EndpointUsage } from './dto/usage.dto.js';
import { ADD_UP, USAGE_OF } from './usage.sql.js';
import type { UsageRow } from './usage.sql.js';

const FLUSH_MS = 10_000;
const MOST_COUNTERS = 50_000;

interface Counter {
  readonly userId: number;
  /** `2026-01-31`, UTC. */
  readonly day: string;
  readonly route: string;
  count: number;
}

/** How often accounts call which route. Counted in memory and written together: a request costs no statement. */
@Injectable()
export class ApiUsage implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private counters = new Map<string, Counter>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly database: Database,
    metrics: RequestMetrics,
    private readonly config: Config,
  ) {
    metrics.onAnswered(({ principal, method }, route) => {
      if (principal?.kind === 'user' && route !== UNMATCHED) this.count(principal.userId, `${method} ${route}`);
    });
  }

  onApplicationBootstrap(): void {
    // Tests write when they look.
    if (this.config.env.NODE_ENV === 'test') return;
    this.timer = setInterval(() => {
      this.flush().catch((error: unknown) => logger.warn({ err: error }, 'use of the API not recorded'));
    }, FLUSH_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush().catch((error: unknown) => logger.warn({ err: error }, 'use of the API not recorded'));
  }

  /** @throws PanelError 403 for the use of others without `soc:read`; 404 for what cannot be an account. */
  of(caller: UserPrincipal, reference: string): Promise<EndpointUsage[]> {
    return this.database.query<UsageRow>(USAGE_OF, [ownOrPermitted(reference, caller, 'soc:read')]);
  }

  /** Writes what was counted. What could not be written is tried again next time. */
  async flush(): Promise<void> {
    const counters = [...this.counters.values()];
    if (counters.length === 0) return;
    this.counters = new Map();
    try {
      await this.database.query(ADD_UP, [
        counters.map(({ userId }) => userId),
        counters.map(({ day }) => day),
        counters.map(({ route }) => route.slice(0, 200)),
        counters.map(({ count }) => count),
      ]);
    } catch (error) {
      for (const counter of counters) this.add(counter);
      throw error;
    }
  }

  private count(userId: number, route: string): void {
    this.add({ userId, day: new Date().toISOString().slice(0, 10), route, count: 1 });
  }

  private add(counter: Counter): void {
    const key = `${counter.userId} ${counter.day} ${counter.route}`;
    const kept = this.counters.get(key);
    if (kept !== undefined) kept.count += counter.count;
    // Bounded: while the database is away no further ones are begun.
    else if (this.counters.size < MOST_COUNTERS) this.counters.set(key, counter);
  }
}
