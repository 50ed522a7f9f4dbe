import { Injectable } from '@nestjs/common';
import type { Queryable } from '../../prisma/prisma.service.js';

/** Does something when the erasure is committed: forgets what is cached, tells other replicas. */
export type AfterCommit = (work: () => void) => void;

/** Removes what one area keeps of an account. Only `tx` may be used, and no daemon or other party be called. */
export type EraseStep = (tx: Queryable, userId: number, afterCommit: AfterCommit) => Promise<void>;

/** What keeps accounts from being erased at the moment: account to a text for staff; accounts that may go are absent. */
export type ObstacleSearch = (tx: Queryable, userIds: readonly number[]) => Promise<ReadonlyMap<number, string>>;

/**
 * What is done when an account is erased. Its row stays, without the person, so nothing is removed by cascades: each area
 * that keeps something of accounts registers how to remove it, and, if there is such a thing, what must be gone before.
 */
@Injectable()
export class AccountErasure {
  private readonly steps = new Map<string, EraseStep>();
  private readonly searches = new Map<string, ObstacleSearch>();

  /** Called by the owning area in its constructor or `onModuleInit`; the name stands for the area. */
  register(area: string, erase: EraseStep): void {
    this.steps.set(area, erase);
  }

  registerObstacle(area: string, search: ObstacleSearch): void {
    this.searches.set(area, search);
  }

  /** Why these accounts cannot be erased yet: one query an area. */
  async obstacles(tx: Queryable, userIds: readonly number[]): Promise<ReadonlyMap<number, string[]>> {
    const found = new Map<number, string[]>();
    if (userIds.length === 0) return found;
    for (const search of this.searches.values()) {
      for (const [userId, text] of await search(tx, userIds)) found.set(userId, [...(found.get(userId) ?? []), text]);
    }
    return found;
  }

  /**
   * Removes what the areas keep of an account, all within the caller's transaction.
   * @returns what is to be done after the commit.
   */
  async erase(tx: Queryable, userId: number): Promise<() => void> {
    const afterwards: (() => void)[] = [];
    for (const step of this.steps.values()) await step(tx, userId, (work) => afterwards.push(work));
    return () => afterwards.forEach((work) => work());
  }
}
