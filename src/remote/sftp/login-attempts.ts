import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { addressBucket } from '../../common/net/client-ip.js';
import { CounterStore } from '../../common/throttling/counter-store.js';
import { Config } from '../../config/config.js';
import { DistinctCounters } from './distinct-counters.js';
import type { SftpLoginMethod } from './dto/sftp-login.dto.js';

/** One try to log in, as far as counting is concerned. */
export interface Attempt {
  readonly nodeId: number;
  readonly method: SftpLoginMethod;
  /** Lower case. */
  readonly username: string;
  readonly secret: string;
  /** Address of the client where the daemon tells it (Wings in Go does). */
  readonly ip: string | undefined;
}

const WINDOW_SECONDS = 60;

/** Different failures a minute. Keys cannot be guessed, and clients offer all they have one after the other. */
const LIMITS: Readonly<Record<SftpLoginMethod, number>> = { password: 5, public_key: 20 };

/**
 * Tries of one node a minute, whatever names: each costs a password hash, and a stolen node token must not keep the
 * hashing busy with made-up names so that nobody can sign in.
 */
const NODE_LIMIT = 120;

/**
 * Locks out guessing. wings-rs repeats one refused login four times, so what counts is how many different passwords
 * were tried, not how often. Counts are kept per node: one node's word locks nobody out on another.
 */
@Injectable()
export class LoginAttempts {
  constructor(
    private readonly counters: DistinctCounters,
    private readonly tries: CounterStore,
    private readonly config: Config,
  ) {}

  /** Counts the try before its outcome is known, so that parallel guesses cannot slip through; false when locked out. */
  async begin(attempt: Attempt): Promise<boolean> {
    const { count } = await this.tries.hit(`sftp:${attempt.nodeId}`, WINDOW_SECONDS);
    if (count > NODE_LIMIT) return false;
    const limit = LIMITS[attempt.method];
    const tried = await this.counters.add(byName(attempt), this.guessOf(attempt), WINDOW_SECONDS);
    if (tried > limit) return false;
    return attempt.ip === undefined || (await this.counters.count(byAddress(attempt, attempt.ip))) < limit;
  }

  /** The login was right: it was no guess. */
  async succeeded(attempt: Attempt): Promise<void> {
    await this.counters.remove(byName(attempt), this.guessOf(attempt));
  }

  /** The login was wrong: it counts against the address too, whatever user names come from there. */
  async failed(attempt: Attempt): Promise<void> {
    if (attempt.ip === undefined) return;
    await this.counters.add(byAddress(attempt, attempt.ip), this.guessOf(attempt), WINDOW_SECONDS);
  }

  /** Tells guesses apart; keyed, because a plain digest of a password could be searched for. */
  private guessOf({ username, secret }: Attempt): string {
    const key = this.config.secrets.jwt;
    return createHmac('sha256', key)
      .update(JSON.stringify(['sftp', username, secret]))
      .digest('base64url');
  }
}

const byName = ({ nodeId, method, username }: Attempt): string => `sftp:${nodeId}:${method}:name:${username}`;

const byAddress = ({ nodeId, method }: Attempt, ip: string): string =>
  `sftp:${nodeId}:${method}:ip:${addressBucket(ip)}`;
