import { Injectable } from '@nestjs/common';
import { PushCache } from '../../common/cache/push-cache.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { bucketOf } from './bucket.js';
import type { RolloutStateResponse } from './dto/rollouts.dto.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

/** Changes arrive by event; the lifetime only bounds the harm of a lost one. */
const LIFETIME_MS = 300_000;
const MAXIMUM_ACCOUNTS = 20_000;
const ACTIVE = 'active';

interface ActiveRollout {
  readonly id: number;
  readonly key: string;
  readonly hashRangeStart: number;
  readonly hashRangeEnd: number;
  readonly treatment: string;
}

/** Rollout id to the treatment of the override; null: that of the rollout. */
type Overrides = ReadonlyMap<number, string | null>;

/** Who is in which rollout. Answered from memory: a change is told to every replica at once. */
@Injectable()
export class Rollouts {
  private readonly active: PushCache<string, readonly ActiveRollout[]>;
  private readonly overrides: PushCache<number, Overrides>;

  constructor(
    private readonly prisma: PrismaService,
    bus: EventBus,
    erasure: AccountErasure,
  ) {
    erasure.register('rollouts', async (tx, userId) => {
      await tx.rolloutUserOverride.deleteMany({ where: { userId } });
    });
    this.active = new PushCache({ maximum: 1, lifetimeMs: LIFETIME_MS }, () => this.loadActive());
    this.overrides = new PushCache({ maximum: MAXIMUM_ACCOUNTS, lifetimeMs: LIFETIME_MS }, (userId: number) =>
      this.loadOverrides(userId),
    );
    bus.on('rollouts.changed', () => this.clear());
    bus.on('bus.reconnected', () => this.clear());
  }

  /** Every active rollout by its key, with where the account stands. */
  async statesOf(userId: number): Promise<Record<string, RolloutStateResponse>> {
    const active = await this.active.get(ACTIVE);
    const overrides = await this.overrides.get(userId);
    return Object.fromEntries(active.map((rollout) => [rollout.key, stateOf(rollout, userId, overrides)]));
  }

  /** Whether the account is in the rollout; in one that does not exist or is not active nobody is. */
  async includes(key: string, userId: number): Promise<boolean> {
    const active = await this.active.get(ACTIVE);
    const rollout = active.find((candidate) => candidate.key === key);
    return rollout !== undefined && stateOf(rollout, userId, await this.overrides.get(userId)).inRollout;
  }

  private clear(): void {
    this.active.clear();
    this.overrides.clear();
  }

  private loadActive(): Promise<ActiveRollout[]> {
    return this.prisma.rollout.findMany({
      where: { active: true },
      orderBy: { id: 'asc' },
      select: { id: true, key: true, hashRangeStart: true, hashRangeEnd: true, treatment: true },
    });
  }

  private async loadOverrides(userId: number): Promise<Overrides> {
    const rows = await this.prisma.rolloutUserOverride.findMany({
      where: { userId },
      select: { rolloutId: true, treatment: true },
    });
    return new Map(rows.map(({ rolloutId, treatment }) => [rolloutId, treatment]));
  }
}

function stateOf(rollout: ActiveRollout, userId: number, overrides: Overrides): RolloutStateResponse {
  const override = overrides.get(rollout.id);
  if (override !== undefined) return { inRollout: true, treatment: override ?? rollout.treatment };
  const bucket = bucketOf(rollout.key, userId);
  const inRollout = bucket >= rollout.hashRangeStart && bucket <= rollout.hashRangeEnd;
  return { inRollout, treatment: inRollout ? rollout.treatment : null };
}
