import { Injectable } from '@nestjs/common';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import { WRITE_PROBES, WRITE_SIGNS } from './health.sql.js';
import type { NodeState, ProbeResult, SignOfLife } from './heartbeat.js';

/** Results of one moment share a statement. */
const GATHER_MS = 50;

interface Written {
  readonly nodeId: number;
  readonly changed: boolean;
}

interface Judged extends Written {
  readonly stateBefore: string | null;
  readonly state: string;
}

/** Writes heartbeats in batches and tells every replica what they were. */
@Injectable()
export class HeartbeatWriter {
  private probes = new Map<number, ProbeResult>();
  private signs = new Map<number, SignOfLife>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly database: Database,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  addProbe(result: ProbeResult): void {
    this.probes.set(result.nodeId, result);
    this.schedule();
  }

  addSign(sign: SignOfLife): void {
    this.signs.set(sign.nodeId, sign);
    this.schedule();
  }

  /** Writes what has gathered and takes no more. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    this.flush();
    await this.writing;
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  private flush(): void {
    this.timer = undefined;
    const [probes, signs] = [[...this.probes.values()], [...this.signs.values()]];
    this.probes = new Map();
    this.signs = new Map();
    // One batch after the other: two at once would meet in the nodes' rows.
    this.writing = this.writing
      .then(() => this.write(probes, signs))
      .catch((error: unknown) => logger.warn({ err: error }, 'heartbeats not written'));
  }

  private async write(probes: ProbeResult[], signs: SignOfLife[]): Promise<void> {
    if (signs.length > 0) await this.writeSigns(signs);
    if (probes.length > 0) await this.writeProbes(probes);
  }

  private async writeProbes(results: ProbeResult[]): Promise<void> {
    const written = await this.database.query<Judged>(WRITE_PROBES, [
      results.map(({ nodeId }) => nodeId),
      results.map(({ status }) => status),
      results.map(({ responseMs }) => responseMs),
      results.map(({ reason }) => reason),
      results.map(({ kind }) => kind),
      results.map(({ version }) => version),
      this.config.env.NODE_SLOW_PROBE_MS,
    ]);
    for (const { nodeId, state, stateBefore } of written) {
      if (state !== stateBefore) this.bus.publish('node.state_changed', { nodeId, state, before: stateBefore });
    }
    const at = Date.now();
    const states = results.map(({ nodeId, status, responseMs }) => ({ nodeId, status, responseMs, at }));
    this.tell(written, states);
    if (results.some(({ status }) => status === 'error')) this.bus.publish('nodes.probe_wanted', {});
  }

  private async writeSigns(signs: SignOfLife[]): Promise<void> {
    const written = await this.database.query<Written & { healthy: boolean }>(WRITE_SIGNS, [
      signs.map(({ nodeId }) => nodeId),
      signs.map(({ agent }) => agent?.kind ?? null),
      signs.map(({ agent }) => agent?.version ?? null),
      this.config.env.NODE_PROBE_INTERVAL_SECONDS,
    ]);
    const at = Date.now();
    const healthy = written.filter((row) => row.healthy);
    this.tell(
      written,
      healthy.map(({ nodeId }) => ({ nodeId, status: 'ok', responseMs: null, at })),
    );
    if (healthy.length < written.length) this.bus.publish('nodes.probe_wanted', {});
  }

  private tell(written: readonly Written[], states: readonly (NodeState & { nodeId: number })[]): void {
    this.bus.publish('nodes.heartbeats', { states: [...states] });
    for (const { nodeId, changed } of written) if (changed) this.bus.publish('node.changed', { nodeId });
  }
}
