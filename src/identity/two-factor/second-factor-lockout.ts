import { Injectable } from '@nestjs/common';
import { PanelError } from '../../common/errors/panel-error.js';
import { CounterStore } from '../../common/throttling/counter-store.js';
import type { RateLimitName } from '../../common/throttling/limits.js';
import { RateLimits } from '../../common/throttling/rate-limits.js';

export type FactorKind = 'totp' | 'email' | 'backup';

const LIMITS = {
  totp: 'secondFactorTotp',
  email: 'secondFactorEmail',
  backup: 'secondFactorBackup',
} as const satisfies Record<FactorKind, RateLimitName>;

/**
 * Bounds the guessing of second factors. Per account and not per address: many addresses must not make many guesses.
 * Nobody can lock a stranger out, because a guess needs the password, or a session, first.
 */
@Injectable()
export class SecondFactorLockout {
  constructor(
    private readonly counters: CounterStore,
    private readonly limits: RateLimits,
  ) {}

  /**
   * Counts a guess before its outcome is known, so that parallel guesses cannot slip through.
   * @throws PanelError 429 while locked.
   */
  async begin(userId: number, kind: FactorKind): Promise<void> {
    for (const { key, limit, windowSeconds } of this.windowsOf(userId, kind)) {
      const { count, resetSeconds: retryAfter } = await this.counters.hit(key, windowSeconds);
      if (count <= limit) continue;
      const text = 'Account temporarily locked due to too many 2FA attempts. Try again later.';
      throw new PanelError(429, 'auth.second_factor_locked', text, { retryAfter, extra: { retryAfter } });
    }
  }

  /** It was no guess: the code was right. */
  async succeeded(userId: number, kind: FactorKind): Promise<void> {
    for (const { key } of this.windowsOf(userId, kind)) await this.counters.reset(key);
  }

  private windowsOf(userId: number, kind: FactorKind) {
    return this.limits.of(LIMITS[kind]).map(({ limit, windowSeconds }, index) => ({
      key: `second-factor:${kind}:${index}:${userId}`,
      limit,
      windowSeconds,
    }));
  }
}
