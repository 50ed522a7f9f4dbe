import { Injectable } from '@nestjs/common';
import { PanelError } from '../../common/errors/panel-error.js';
import { addressBucket } from '../../common/net/client-ip.js';
import { CounterStore } from '../../common/throttling/counter-store.js';

const MAXIMUM_FAILURES = 5;
const WINDOW_SECONDS = 900;

/**
 * Locks an address out of an account after five wrong passwords in 15 minutes. Counted per account and address, so that
 * a stranger cannot lock the owner out; unknown addresses are counted alike, so that the lock tells nothing.
 */
@Injectable()
export class LoginLockout {
  constructor(private readonly counters: CounterStore) {}

  /** @throws PanelError 429 while locked. */
  async assertOpen(email: string, ip: string): Promise<void> {
    const failures = await this.counters.peek(keyOf(email, ip));
    if (failures === undefined || failures.count < MAXIMUM_FAILURES) return;
    const text = 'Account temporarily locked due to too many failed attempts. Try again later.';
    const { resetSeconds: retryAfter } = failures;
    throw new PanelError(429, 'auth.locked', text, { retryAfter, extra: { retryAfter } });
  }

  async failed(email: string, ip: string): Promise<void> {
    await this.counters.hit(keyOf(email, ip), WINDOW_SECONDS);
  }

  async clear(email: string, ip: string): Promise<void> {
    await this.counters.reset(keyOf(email, ip));
  }
}

const keyOf = (email: string, ip: string): string => `lockout:${email}@${addressBucket(ip)}`;
