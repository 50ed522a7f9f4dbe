import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import { parseJson, parseSystem } from '../wings/wings-answers.js';
import type { NodeTransport } from '../wings/node-transport.js';
import { Wings } from '../wings/wings.service.js';
import { CLAIM_DUE, NEXT_DUE } from './health.sql.js';
import { HeartbeatWriter } from './heartbeat-writer.js';
import type { ProbeResult } from './heartbeat.js';

/** Probes that run at a time, not counting those that have been waiting for an answer for longer than a moment. */
const CONCURRENCY = 32;
const PATIENCE_MS = 500;
/** Those included: each holds a connection. */
const MOST_OPEN = 512;
const LIMIT_MS = 8_000;
/** What falls due within such a time is asked for at once. */
const LEAST_PAUSE_MS = 100;
/** Pause after the database could not be asked. */
const TROUBLE_MS = 1_000;

/**
 * Asks every daemon for a sign of life once an interval. Due nodes are claimed in the database, so that of several
 * replicas exactly one asks each. At most 32 probes run at a time; one that hangs gives its place away soon, so that
 * hundreds of dead nodes hold up no other.
 */
@Injectable()
export class NodeProber implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly active = new Set<Promise<void>>();
  /** Probes that hold one of the few places. */
  private prompt = 0;
  /** There may be more to do than had room. */
  private full = false;
  private loop: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;
  /** Somebody called while the loop was not pausing: it must look again before it pauses. */
  private called = false;

  constructor(
    private readonly database: Database,
    private readonly wings: Wings,
    private readonly writer: HeartbeatWriter,
    private readonly config: Config,
    bus: EventBus,
  ) {
    bus.on('node.changed', () => this.call());
    bus.on('nodes.probe_wanted', () => this.call());
  }

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    this.call();
    await this.loop;
    await Promise.all(this.active);
    await this.writer.close();
  }

  private async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      this.called = false;
      await this.pause(await this.startDue());
    }
  }

  /** Starts what is due and as much as may run; answers the milliseconds until it is worth looking again. */
  private async startDue(): Promise<number> {
    const interval = this.config.env.NODE_PROBE_INTERVAL_SECONDS;
    const room = Math.min(CONCURRENCY - this.prompt, MOST_OPEN - this.active.size);
    // A probe that gives its place away calls the loop.
    this.full = room === 0;
    if (this.full) return interval * 1000;
    try {
      const due = await this.database.query<{ id: number }>(CLAIM_DUE, [interval, room]);
      for (const { id } of due) this.start(id);
      this.full = due.length === room;
      if (this.full) return interval * 1000;
      const [next] = await this.database.query<{ dueInMs: number | null }>(NEXT_DUE);
      return Math.min(Math.max(next?.dueInMs ?? Infinity, LEAST_PAUSE_MS), interval * 1000);
    } catch (error) {
      if (!this.stop.signal.aborted) logger.warn({ err: error }, 'nodes not probed');
      return TROUBLE_MS;
    }
  }

  private start(nodeId: number): void {
    const leave = this.takePlace();
    const work = this.probe(nodeId)
      .then((result) => {
        if (result !== undefined) this.writer.addProbe(result);
      })
      .catch((error: unknown) => logger.warn({ err: error, nodeId }, 'probe failed'))
      .finally(() => {
        this.active.delete(work);
        leave();
      });
    this.active.add(work);
  }

  /** Takes one of the few places, for a moment at most. @returns what gives it away when the probe has ended. */
  private takePlace(): () => void {
    this.prompt += 1;
    let isPrompt = true;
    const leave = (): void => {
      clearTimeout(patience);
      if (isPrompt) this.prompt -= 1;
      isPrompt = false;
      if (this.full) this.call();
    };
    const patience = setTimeout(leave, PATIENCE_MS);
    return leave;
  }

  /** Undefined when there is nothing to tell: the panel is closing or the node is gone. */
  private async probe(nodeId: number): Promise<ProbeResult | undefined> {
    const nothing = { nodeId, responseMs: null, kind: null, version: null };
    try {
      const { transport, kind } = await this.wings.transport(nodeId);
      const begin = performance.now();
      const { status, text } = await transport.probe('/system', LIMIT_MS, this.stop.signal);
      const responseMs = Math.round(performance.now() - begin);
      if (status < 200 || status > 299) return { ...nothing, status: 'error', reason: refusal(status) };
      const { version } = parseSystem(parseJson(text));
      const learnt = kind === 'unknown' ? await this.learnKind(transport) : null;
      return { nodeId, status: 'ok', responseMs, reason: null, kind: learnt, version };
    } catch (error) {
      if (this.stop.signal.aborted || !(error instanceof PanelError) || error.status === 404) return undefined;
      return { ...nothing, status: error.code === 'nodes.timeout' ? 'timeout' : 'error', reason: error.message };
    }
  }

  /** Only wings-rs has this route. */
  private async learnKind(transport: NodeTransport): Promise<'go' | 'rs' | null> {
    const { status } = await transport.probe('/system/overview', LIMIT_MS, this.stop.signal);
    if (status === 404) return 'go';
    return status === 200 ? 'rs' : null;
  }

  private call(): void {
    this.called = true;
    this.wake();
  }

  private async pause(milliseconds: number): Promise<void> {
    if (this.called) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function refusal(status: number): string {
  return status === 401 || status === 403
    ? 'The node does not accept the token of the panel'
    : `The node answered with status ${status}`;
}
