import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Config } from '../../config/config.js';
import { logger } from '../logging/logger.js';

const CONNECT_LIMIT_MS = 3_000;

/** The two connections to Redis (commands; subscription), or none when `REDIS_URL` is unset. */
@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  readonly client?: Redis;
  readonly subscriber?: Redis;

  constructor(config: Config) {
    const url = config.env.REDIS_URL;
    if (url === undefined) return;
    // Commands fail at once while Redis is away: callers have a local answer and must not hang.
    this.client = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 500 });
    this.subscriber = new Redis(url, { autoResubscribe: false });
    for (const connection of [this.client, this.subscriber]) {
      connection.on('error', (error: Error) => logger.warn({ reason: error.message }, 'Redis is not reachable'));
    }
  }

  /** Waits until commands can be sent, but not for long: Redis may be away. */
  async connected(): Promise<void> {
    const { client } = this;
    if (client === undefined || client.status === 'ready') return;
    await once(client, 'ready', { signal: AbortSignal.timeout(CONNECT_LIMIT_MS) }).catch(() => undefined);
  }

  /** Waits until everything sent so far is answered, and closes; before a process ends. */
  async flushed(): Promise<void> {
    await this.client?.quit().catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
    this.subscriber?.disconnect();
  }
}
