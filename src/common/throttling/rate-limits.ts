import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { PanelError } from '../errors/panel-error.js';
import { CounterStore } from './counter-store.js';
import { RATE_LIMITS } from './limits.js';
import type { RateLimit, RateLimitName } from './limits.js';

/** The answer beyond a limit (DESIGN 5.3). */
export function rateLimited(retryAfter: number): PanelError {
  return new PanelError(429, 'rate_limited', 'rate_limited', {
    retryAfter,
    extra: { message: `Too many requests. Try again in ${retryAfter} s.`, retryAfter },
  });
}

/** The named limits with their values of this installation. */
@Injectable()
export class RateLimits {
  private readonly limits: Record<RateLimitName, readonly RateLimit[]>;

  constructor(
    private readonly counters: CounterStore,
    config: Config,
  ) {
    const configured = (limit: RateLimit): RateLimit => {
      if (limit.env === undefined) return limit;
      const [rate, window] = limit.env;
      return {
        ...limit,
        limit: config.rateOverride(rate) ?? limit.limit,
        windowSeconds: config.rateOverride(window) ?? limit.windowSeconds,
      };
    };
    const entries = Object.entries(RATE_LIMITS).map(([name, limits]) => [name, limits.map(configured)]);
    this.limits = Object.fromEntries(entries) as Record<RateLimitName, readonly RateLimit[]>;
  }

  of(name: RateLimitName): readonly RateLimit[] {
    return this.limits[name];
  }

  /**
   * Counts one try against a limit of its own key; for limits that depend on what a handler finds.
   * @throws PanelError 429.
   */
  async consume(key: string, limit: number, windowSeconds: number): Promise<void> {
    const { count, resetSeconds } = await this.counters.hit(key, windowSeconds);
    if (count > limit) throw rateLimited(resetSeconds);
  }
}
