import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Credential } from '../../common/access/credential.js';
import { digest } from '../../common/crypto/digest.js';
import { Sealer } from '../../common/crypto/sealer.js';
import { logger } from '../../common/logging/logger.js';
import { RedisConnections } from '../../common/redis/redis.js';

/** What a ticket stands for: one caller at one server, with the credential he had when he asked for it. */
export interface ConsoleTicket {
  readonly serverUuid: string;
  readonly userId: number;
  readonly credential: Credential;
}

/** Enough for the web client, which connects at once. */
const LIFETIME_SECONDS = 60;
const MAXIMUM_IN_MEMORY = 20_000;
const FORM = /^ct_[\w-]{43}$/;
const SEALING_PURPOSE = 'console-ticket';

const keyOf = (ticket: string): string => `console-ticket:${Buffer.from(digest(ticket)).toString('base64url')}`;

/**
 * Tickets that open one console connection each, so that no session or key stands in an address that proxies log.
 * In Redis, where every replica can redeem them and only one does; in the memory of this process without it.
 */
@Injectable()
export class ConsoleTickets {
  private readonly memory = new Map<string, { ticket: ConsoleTicket; until: number }>();

  constructor(
    private readonly redis: RedisConnections,
    private readonly sealer: Sealer,
  ) {}

  /** Whether a value has the form of a ticket, good or not. */
  isTicket(value: string): boolean {
    return FORM.test(value);
  }

  async issue(ticket: ConsoleTicket): Promise<string> {
    const value = `ct_${randomBytes(32).toString('base64url')}`;
    if (!(await this.storeInRedis(keyOf(value), ticket))) this.storeInMemory(keyOf(value), ticket);
    return value;
  }

  /** Takes a ticket; undefined when it is unknown, used or older than 60 s. */
  async redeem(value: string): Promise<ConsoleTicket | undefined> {
    const key = keyOf(value);
    const kept = this.memory.get(key);
    this.memory.delete(key);
    if (kept !== undefined) return kept.until > Date.now() ? kept.ticket : undefined;
    const sealed = await this.redis.client?.getdel(key).catch(reportOutage);
    return sealed == null ? undefined : (JSON.parse(this.sealer.open(sealed, SEALING_PURPOSE)) as ConsoleTicket);
  }

  private async storeInRedis(key: string, ticket: ConsoleTicket): Promise<boolean> {
    if (this.redis.client === undefined) return false;
    // The credential inside is worth more than the ticket: it must not lie open in Redis.
    const sealed = this.sealer.seal(JSON.stringify(ticket), SEALING_PURPOSE);
    return (await this.redis.client.set(key, sealed, 'EX', LIFETIME_SECONDS).catch(reportOutage)) === 'OK';
  }

  private storeInMemory(key: string, ticket: ConsoleTicket): void {
    // A Map keeps insertion order and all live equally long: the first are the oldest.
    for (const [oldest, { until }] of this.memory) {
      if (until > Date.now() && this.memory.size < MAXIMUM_IN_MEMORY) break;
      this.memory.delete(oldest);
    }
    this.memory.set(key, { ticket, until: Date.now() + LIFETIME_SECONDS * 1000 });
  }
}

function reportOutage(error: Error): undefined {
  logger.warn({ reason: error.message }, 'console tickets are kept per process while Redis is away');
  return undefined;
}
