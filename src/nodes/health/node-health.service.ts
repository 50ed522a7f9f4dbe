import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import type { DaemonAgent } from '../directory/daemon-agent.js';
import { LOAD_STATES } from './health.sql.js';
import { HeartbeatWriter } from './heartbeat-writer.js';
import type { HeartbeatStatus, NodeState } from './heartbeat.js';

/** Pause between two signs of life of a node that counts as unhealthy: each asks for a probe. */
const UNHEALTHY_PAUSE_MS = 2_000;

interface LastSign {
  readonly at: number;
  readonly kind: string | undefined;
  readonly version: string | null | undefined;
}

/** Which nodes are well, from memory; every replica hears of every heartbeat. */
@Injectable()
export class NodeHealth implements OnModuleInit {
  /** A heartbeat older than this says nothing any more. */
  readonly maximumAgeSeconds: number;
  private readonly intervalMs: number;
  private readonly states = new Map<number, NodeState>();
  private readonly signs = new Map<number, LastSign>();

  constructor(
    private readonly database: Database,
    private readonly writer: HeartbeatWriter,
    bus: EventBus,
    config: Config,
  ) {
    const interval = config.env.NODE_PROBE_INTERVAL_SECONDS;
    this.intervalMs = interval * 1000;
    this.maximumAgeSeconds = Math.max(120, 4 * interval);
    bus.on('nodes.heartbeats', ({ states }) => {
      for (const { nodeId, status, responseMs, at } of states) this.states.set(nodeId, { status, responseMs, at });
    });
    bus.on('bus.reconnected', () => {
      this.load().catch((error: unknown) => logger.warn({ err: error }, 'health of nodes not reloaded'));
    });
  }

  async onModuleInit(): Promise<void> {
    await this.load();
  }

  /** A node without any heartbeat counts as healthy; else its newest must be good and young enough. */
  isHealthy(nodeId: number): boolean {
    const state = this.states.get(nodeId);
    if (state === undefined) return true;
    return state.status === 'ok' && Date.now() - state.at <= this.maximumAgeSeconds * 1000;
  }

  /** The newest heartbeat, if there was one. */
  newest(nodeId: number): NodeState | undefined {
    return this.states.get(nodeId);
  }

  /** Notes an authenticated call of a daemon; written once an interval, so it costs a call nothing. */
  signOfLife(nodeId: number, agent: DaemonAgent | undefined): void {
    const now = Date.now();
    const last = this.signs.get(nodeId);
    const pause = this.isHealthy(nodeId) ? this.intervalMs : Math.min(this.intervalMs, UNHEALTHY_PAUSE_MS);
    const isNews = last === undefined || last.kind !== agent?.kind || last.version !== agent?.version;
    if (!isNews && now - last.at < pause) return;
    this.signs.set(nodeId, { at: now, kind: agent?.kind, version: agent?.version });
    this.writer.addSign({ nodeId, agent });
  }

  private async load(): Promise<void> {
    const rows = await this.database.query<{
      nodeId: number;
      status: HeartbeatStatus;
      at: Date;
      responseMs: number | null;
    }>(LOAD_STATES);
    for (const { nodeId, status, at, responseMs } of rows) {
      this.states.set(nodeId, { status, responseMs, at: at.getTime() });
    }
  }
}
