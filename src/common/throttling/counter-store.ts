import { Injectable } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { RedisConnections } from '../redis/redis.js';
import { logger } from '../logging/logger.js';

/** What a counter says after one more hit. */
export interface Hit {
  readonly count: number;
  /** Seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
}

const MAXIMUM_KEYS = 100_000;

/** Fixed windows in the memory of this process; bounded, the oldest windows go first. */
export class MemoryCounters {
  private readonly windows = new Map<string, { count: number; endsAt: number }>();

  get size(): number {
    return this.windows.size;
  }

  hit(key: string, windowSeconds: number): Hit {
    const now = Date.now();
    const window = this.windows.get(key);
    if (window !== undefined && window.endsAt > now) {
      window.count += 1;
      return { count: window.count, resetSeconds: Math.max(1, Math.ceil((window.endsAt - now) / 1000)) };
    }
    this.windows.delete(key);
    if (this.windows.size >= MAXIMUM_KEYS) this.makeRoom(now);
    this.windows.set(key, { count: 1, endsAt: now + windowSeconds * 1000 });
    return { count: 1, resetSeconds: windowSeconds };
  }

  /** What was counted, without counting. */
  peek(key: string): Hit | undefined {
    const window = this.windows.get(key);
    if (window === undefined || window.endsAt <= Date.now()) return undefined;
    return { count: window.count, resetSeconds: Math.max(1, Math.ceil((window.endsAt - Date.now()) / 1000)) };
  }

  reset(key: string): void {
    this.windows.delete(key);
  }

  private makeRoom(now: number): void {
    for (const [key, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(key);
    if (this.windows.size >= MAXIMUM_KEYS) this.windows.delete(this.windows.keys().next().value as string);
  }
}

/** Counts and sets the end of the window in one step: a crash between the two would lock a key for ever. */
const HIT_SCRIPT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('PTTL', KEYS[1]) }`;

const PEEK_SCRIPT = `return { redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]) }`;

/**
 * Counters of all replicas together in Redis, or of this process without it. While Redis is away each replica counts
 * for itself: limits stay, only less exact.
 */
@Injectable()
export class CounterStore implements ThrottlerStorage {
  private readonly memory = new MemoryCounters();

  constructor(private readonly redis: RedisConnections) {}

  async hit(key: string, windowSeconds: number): Promise<Hit> {
    const client = this.redis.client;
    if (client === undefined) return this.memory.hit(key, windowSeconds);
    try {
      const [count, remainingMs] = (await client.eval(HIT_SCRIPT, 1, `limit:${key}`, windowSeconds * 1000)) as [
        number,
        number,
      ];
      return { count, resetSeconds: Math.max(1, Math.ceil(remainingMs / 1000)) };
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'rate limits are counted per process while Redis is away');
      return this.memory.hit(key, windowSeconds);
    }
  }

  /** What was counted in the present window, without counting; undefined when nothing was. */
  async peek(key: string): Promise<Hit | undefined> {
    const client = this.redis.client;
    if (client === undefined) return this.memory.peek(key);
    try {
      const [count, remainingMs] = (await client.eval(PEEK_SCRIPT, 1, `limit:${key}`)) as [string | null, number];
      if (count === null) return undefined;
      return { count: Number(count), resetSeconds: Math.max(1, Math.ceil(remainingMs / 1000)) };
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'rate limits are counted per process while Redis is away');
      return this.memory.peek(key);
    }
  }

  async reset(key: string): Promise<void> {
    this.memory.reset(key);
    await this.redis.client?.del(`limit:${key}`).catch(() => undefined);
  }

  /** The form in which `@nestjs/throttler` asks. */
  async increment(key: string, ttl: number, limit: number): ReturnType<ThrottlerStorage['increment']> {
    const { count, resetSeconds } = await this.hit(key, Math.ceil(ttl / 1000));
    const isBlocked = count > limit;
    return {
      totalHits: count,
      timeToExpire: resetSeconds,
      isBlocked,
      timeToBlockExpire: isBlocked ? resetSeconds : 0,
    };
  }
}
