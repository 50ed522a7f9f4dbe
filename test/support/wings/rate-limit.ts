interface Bucket {
  tokens: number;
  at: number;
}

interface Limit {
  burst: number;
  perSecond: number;
}

const GLOBAL: Limit = { burst: 10, perSecond: 5 };
const SELDOM: Limit = { burst: 2, perSecond: 0.2 };
const OTHERS: Limit = { burst: 4, perSecond: 1 };
const EVENTS: Record<string, Limit> = {
  auth: SELDOM,
  'send logs': SELDOM,
  'send command': { burst: 10, perSecond: 1 },
};

/** The inbound limits of the newest Go daemon for one socket, in real time. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();

  /** Counts a message; answers what it exceeded, `global` or the event, or null when it may pass. */
  hit(event: string): string | null {
    if (!this.#take('', GLOBAL)) return 'global';
    return this.#take(event, EVENTS[event] ?? OTHERS) ? null : event;
  }

  #take(name: string, limit: Limit): boolean {
    const now = Date.now();
    const bucket = this.#buckets.get(name) ?? { tokens: limit.burst, at: now };
    bucket.tokens = Math.min(limit.burst, bucket.tokens + ((now - bucket.at) * limit.perSecond) / 1000);
    bucket.at = now;
    this.#buckets.set(name, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
