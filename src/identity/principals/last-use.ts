import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import { recordUse } from './identity.sql.js';

const FLUSH_MS = 30_000;
/** How exact `lastPanelActivityAt` is. */
const ACTIVITY_MS = 5 * 60_000;
const MAXIMUM = 50_000;

/** Notes in memory what was used when, and writes it in one statement at most every 30 seconds and at the end. */
@Injectable()
export class LastUse implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sessions = new Map<string, number>();
  private readonly keys = new Map<number, number>();
  private readonly accounts = new Map<number, number>();
  /** When an account's activity was last noted. */
  private readonly noted = new Map<number, number>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.flush().catch((error: unknown) => logger.warn({ err: error }, 'last use not recorded'));
    }, FLUSH_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush().catch((error: unknown) => logger.warn({ err: error }, 'last use not recorded'));
  }

  ofSession(sessionId: string, userId: number): void {
    const now = Date.now();
    note(this.sessions, sessionId, now);
    if ((this.noted.get(userId) ?? 0) > now - ACTIVITY_MS) return;
    note(this.noted, userId, now);
    note(this.accounts, userId, now);
  }

  ofApiKey(apiKeyId: number): void {
    note(this.keys, apiKeyId, Date.now());
  }

  /** Writes what was noted. What could not be written is tried again next time. */
  async flush(): Promise<void> {
    const batches = [drain(this.sessions), drain(this.keys), drain(this.accounts)] as const;
    if (batches.every((batch) => batch.length === 0)) return;
    const values = batches.flatMap((batch) => [
      batch.map(([id]) => id),
      batch.map(([, at]) => new Date(at).toISOString()),
    ]);
    try {
      await this.database.query(recordUse, [...values, this.config.env.JWT_COOKIE_MAX_AGE]);
    } catch (error) {
      putBack(this.sessions, batches[0]);
      putBack(this.keys, batches[1]);
      putBack(this.accounts, batches[2]);
      throw error;
    }
  }
}

function note<Id>(map: Map<Id, number>, id: Id, at: number): void {
  // Bounded: while the database is away the oldest notes go first.
  if (map.size >= MAXIMUM && !map.has(id)) map.delete(map.keys().next().value as Id);
  map.set(id, at);
}

function drain<Id>(map: Map<Id, number>): [Id, number][] {
  const entries = [...map];
  map.clear();
  return entries;
}

function putBack<Id>(map: Map<Id, number>, entries: readonly [Id, number][]): void {
  for (const [id, at] of entries) if (!map.has(id)) note(map, id, at);
}
