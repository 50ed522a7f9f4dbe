import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { logger } from '../../common/logging/logger.js';
import { parseUsage } from '../../nodes/wings/wings-answers.js';
import { ServerStates } from '../states/server-states.service.js';
import type { StateReport } from '../states/server-states.service.js';

const FLUSH_MS = 10_000;

/**
 * Passes on what consoles hear of states and utilisation: states at once, utilisation (told every second) at most every
 * 10 s, in one statement for each node.
 */
@Injectable()
export class StateFeed implements BeforeApplicationShutdown {
  /** Node to server to its newest utilisation, as JSON text. */
  private readonly waiting = new Map<number, Map<string, string>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly states: ServerStates) {}

  beforeApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  onState(nodeId: number, uuid: string, state: string): void {
    this.record(nodeId, [{ uuid, state }]);
  }

  onStats(nodeId: number, uuid: string, stats: string): void {
    const ofNode = this.waiting.get(nodeId) ?? new Map<string, string>();
    this.waiting.set(nodeId, ofNode.set(uuid, stats));
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  private flush(): void {
    this.timer = undefined;
    for (const [nodeId, servers] of this.waiting) {
      this.record(
        nodeId,
        [...servers].flatMap(([uuid, stats]) => reportOf(uuid, stats)),
      );
    }
    this.waiting.clear();
  }

  private record(nodeId: number, reports: readonly StateReport[]): void {
    this.states
      .record(nodeId, reports)
      .catch((error: unknown) => logger.warn({ err: error }, 'states of consoles not noted'));
  }
}

/** Daemons that name no state in their utilisation, or send no JSON, are left to the poll. */
function reportOf(uuid: string, stats: string): StateReport[] {
  try {
    const usage = JSON.parse(stats) as { state?: unknown } | null;
    return typeof usage?.state === 'string' ? [{ uuid, state: usage.state, resources: parseUsage(usage) }] : [];
  } catch {
    return [];
  }
}
