import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { NodeHealth } from '../../nodes/health/node-health.service.js';
import { Database } from '../../prisma/database.js';
import { ServerStates } from './server-states.service.js';
import { CLAIM_POLLS } from './server-states.sql.js';

/** Turns are taken this many times an interval, so that a node is asked close to when it is due. */
const TICKS_PER_INTERVAL = 6;
/** A large fleet is asked in handfuls, so that requests of people get their turn between them. */
const HANDFUL = 50;
const BETWEEN_HANDFULS_MS = 100;

/** Asks every node with servers for their states, once an interval and by one replica. */
@Injectable()
export class StatePoller implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly intervalSeconds: number;
  private readonly underWay = new Map<number, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private claiming = false;
  private closing = false;

  constructor(
    private readonly database: Database,
    private readonly health: NodeHealth,
    private readonly states: ServerStates,
    private readonly jobs: Jobs,
    config: Config,
  ) {
    this.intervalSeconds = config.env.NODE_PROBE_INTERVAL_SECONDS;
  }

  onModuleInit(): void {
    // The daemon listens only some time after it asked for the reset, hence the patience.
    this.jobs.register('node.reconcile', ({ nodeId }) => this.states.reconcile(nodeId), {
      retries: 8,
      retryDelaySeconds: 10,
      concurrency: 4,
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.tick(), (this.intervalSeconds * 1000) / TICKS_PER_INTERVAL);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.closing = true;
    await Promise.race([
      Promise.allSettled(this.underWay.values()),
      new Promise((resolve) => setTimeout(resolve, 2_000).unref()),
    ]);
  }

  /** Begins to ask every node whose turn it is. */
  async startDue(): Promise<void> {
    while (!this.closing) {
      const nodes = await this.database.query<{ id: number }>(CLAIM_POLLS, [this.intervalSeconds, HANDFUL]);
      // Each on its own: a node that hangs keeps nobody else waiting, itself included.
      for (const { id } of nodes) if (!this.underWay.has(id)) this.start(id);
      if (nodes.length < HANDFUL) return;
      await pause(BETWEEN_HANDFULS_MS);
    }
  }

  private tick(): void {
    if (this.claiming) return;
    this.claiming = true;
    this.startDue()
      .catch((error: unknown) => logger.warn({ reason: (error as Error).message }, 'states of servers not polled'))
      .finally(() => (this.claiming = false));
  }

  private start(nodeId: number): void {
    const poll = this.poll(nodeId).finally(() => this.underWay.delete(nodeId));
    this.underWay.set(nodeId, poll);
  }

  private async poll(nodeId: number): Promise<void> {
    try {
      if (this.health.isHealthy(nodeId)) await this.states.poll(nodeId);
    } catch (error) {
      logger.debug({ nodeId, reason: (error as Error).message }, 'states of a node not polled');
    }
  }
}
