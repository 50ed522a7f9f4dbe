import { Injectable } from '@nestjs/common';
import { logger } from '../../common/logging/logger.js';
import { RedisConnections } from '../../common/redis/redis.js';

const MAXIMUM_KEYS = 50_000;
/** Beyond any limit; keeps one key's set small. */
const MAXIMUM_MEMBERS = 100;

/** Adds, starts the window with the first member, counts: one step, so that parallel tries see each other. */
const ADD_SCRIPT = `
if redis.call('SCARD', KEYS[1]) < tonumber(ARGV[3]) then redis.call('SADD', KEYS[1], ARGV[1]) end
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('SCARD', KEYS[1])`;

interface Window {
  readonly members: Set<string>;
  readonly endsAt: number;
}

/**
 * Counts different things under a key in a fixed window; the same thing again counts nothing. Common to all replicas
 * through Redis; per process without it or while it is away.
 */
@Injectable()
export class DistinctCounters {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly redis: RedisConnections) {}

  /** Adds a member and tells how many there are now, this one included. */
  async add(key: string, member: string, windowSeconds: number): Promise<number> {
    const { client } = this.redis;
    const inMemory = (): number => this.addInMemory(key, member, windowSeconds);
    if (client === undefined) return inMemory();
    return this.orInMemory(
      client.eval(ADD_SCRIPT, 1, `distinct:${key}`, member, windowSeconds * 1000, MAXIMUM_MEMBERS) as Promise<number>,
      inMemory,
    );
  }

  /** How many there are. */
  async count(key: string): Promise<number> {
    const { client } = this.redis;
    const inMemory = (): number => this.open(key)?.members.size ?? 0;
    return client === undefined ? inMemory() : this.orInMemory(client.scard(`distinct:${key}`), inMemory);
  }

  /** Takes a member back. */
  async remove(key: string, member: string): Promise<void> {
    this.open(key)?.members.delete(member);
    await this.redis.client?.srem(`distinct:${key}`, member).catch(() => undefined);
  }

  private async orInMemory(answer: Promise<number>, inMemory: () => number): Promise<number> {
    try {
      return await answer;
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'SFTP logins are counted per process while Redis is away');
      return inMemory();
    }
  }

  private addInMemory(key: string, member: string, windowSeconds: number): number {
    const window = this.open(key) ?? this.start(key, windowSeconds);
    if (window.members.size < MAXIMUM_MEMBERS) window.members.add(member);
    return window.members.size;
  }

  private open(key: string): Window | undefined {
    const window = this.windows.get(key);
    return window !== undefined && window.endsAt > Date.now() ? window : undefined;
  }

  private start(key: string, windowSeconds: number): Window {
    this.windows.delete(key);
    if (this.windows.size >= MAXIMUM_KEYS) this.makeRoom();
    const window = { members: new Set<string>(), endsAt: Date.now() + windowSeconds * 1000 };
    this.windows.set(key, window);
    return window;
  }

  /** Ended windows go first, then the oldest: a Map keeps insertion order. */
  private makeRoom(): void {
    const now = Date.now();
    for (const [key, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(key);
    if (this.windows.size >= MAXIMUM_KEYS) this.windows.delete(this.windows.keys().next().value as string);
  }
}
