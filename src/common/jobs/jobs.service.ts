import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import { Config } from '../../config/config.js';
import { Database } from '../../prisma/database.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { logger } from '../logging/logger.js';
import type { JobName, PanelJobs } from './panel-jobs.js';

interface Registration {
  readonly handler: (data: never) => Promise<void>;
  readonly options: JobOptions;
}

export interface JobOptions {
  /** Tries after the first, with growing pauses. */
  readonly retries?: number;
  /** Seconds before the second try. */
  readonly retryDelaySeconds?: number;
  /** Jobs of this kind that one process works on at a time. */
  readonly concurrency?: number;
  /** Seconds after which a job that is still worked on counts as lost with its process, and is tried again; 900. */
  readonly expireSeconds?: number;
  /** Cron expression (UTC) for jobs that start by themselves. */
  readonly cron?: string;
}

export interface EnqueueOptions {
  /** Enqueue inside a transaction: the job exists exactly when what it is about does. */
  readonly tx?: Queryable;
  readonly startAfterSeconds?: number;
  /** Of jobs with the same key only one waits. */
  readonly singletonKey?: string;
}

/** A kind of job as it was registered. */
export interface JobKind {
  readonly name: JobName;
  /** Null for jobs that only start when something asks for them. */
  readonly cron: string | null;
  readonly retries: number;
}

const DEFAULT_RETRIES = 5;

/** A worker that was not told of anything looks for itself this often. */
const UNASKED_SECONDS = 60;

/** Queues with jobs that are due. */
const WAITING = `SELECT DISTINCT "name" FROM pgboss.job WHERE "state" < 'active' AND "start_after" <= now()`;

/** Background jobs on pg-boss, in the panel's own database: retried, and run by one replica each. */
@Injectable()
export class Jobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly registrations = new Map<JobName, Registration>();
  private readonly boss: PgBoss;
  private readonly workers = new Map<JobName, readonly string[]>();
  private starting?: Promise<void>;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {
    this.boss = new PgBoss({ db: { executeSql: (text, values) => database.executeSql(text, values) } });
    this.boss.on('error', (error: Error) => logger.warn({ err: error }, 'job queue'));
  }

  /** Tells how to do a kind of job; called by the owning service in its constructor or `onModuleInit`. */
  register<Name extends JobName>(
    name: Name,
    handler: (data: PanelJobs[Name]) => Promise<void>,
    options: JobOptions = {},
  ): void {
    this.registrations.set(name, { handler, options });
  }

  /** All kinds of jobs, in the order of their names. */
  kinds(): JobKind[] {
    return [...this.registrations]
      .map(([name, { options }]) => ({ name, cron: options.cron ?? null, retries: options.retries ?? DEFAULT_RETRIES }))
      .sort((left, right) => left.name.localeCompare(right.name));
  }

  async enqueue<Name extends JobName>(name: Name, data: PanelJobs[Name], options: EnqueueOptions = {}): Promise<void> {
    const { tx, startAfterSeconds, singletonKey } = options;
    await this.boss.send(name, data, {
      ...(startAfterSeconds !== undefined && { startAfter: startAfterSeconds }),
      singletonKey: singletonKey ?? randomUUID(),
      ...(tx !== undefined && { db: { executeSql: (text, values) => inTransaction(tx, text, values) } }),
    });
  }

  onApplicationBootstrap(): Promise<void> {
    this.starting = this.begin();
    return this.starting;
  }

  /** Waits for a start under way: another part may have failed to start meanwhile. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.starting === undefined) return;
    await this.starting.catch(() => undefined);
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.boss.stop({ graceful: true, timeout: 5_000 });
  }

  private async begin(): Promise<void> {
    await this.boss.start();
    for (const [name, { options }] of this.registrations) await this.createQueue(name, options);
    for (const [name, registration] of this.registrations) await this.work(name, registration);
    this.lookAgain();
  }

  private async createQueue(name: JobName, options: JobOptions): Promise<void> {
    await this.boss.createQueue(name, {
      // One waiting job a key; jobs sent without one get a key of their own.
      policy: 'short',
      retryLimit: options.retries ?? DEFAULT_RETRIES,
      retryDelay: options.retryDelaySeconds ?? 5,
      retryBackoff: true,
      ...(options.expireSeconds !== undefined && { expireInSeconds: options.expireSeconds }),
      deleteAfterSeconds: 7 * 86_400,
    });
    if (options.cron !== undefined) await this.boss.schedule(name, options.cron, {}, { tz: 'UTC' });
  }

  private async work(name: JobName, { handler, options }: Registration): Promise<void> {
    const workers: string[] = [];
    for (let count = 0; count < (options.concurrency ?? 1); count++) {
      const worker = await this.boss.work(name, { pollingIntervalSeconds: UNASKED_SECONDS }, async (jobs) => {
        for (const job of jobs) await handler(job.data as never);
      });
      workers.push(worker);
    }
    this.workers.set(name, workers);
  }

  /**
   * Looks for all queues at once: each worker asking for itself, as it does by itself, would be dozens of statements a
   * second on a panel that has nothing to do.
   */
  private async look(): Promise<void> {
    try {
      const { rows } = await this.database.executeSql(WAITING);
      for (const { name } of rows as { name: JobName }[]) {
        for (const worker of this.workers.get(name) ?? []) this.boss.notifyWorker(worker);
      }
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'job queue not looked at');
    }
  }

  private lookAgain(): void {
    const everyMs = this.config.env.NODE_ENV === 'test' ? 250 : 1_000;
    this.timer = setTimeout(() => void this.look().finally(() => this.timer && this.lookAgain()), everyMs).unref();
  }
}

/** pg-boss numbers its parameters as Prisma's raw queries do, so the text can be passed on as it is. */
async function inTransaction(tx: Queryable, text: string, values: unknown[] = []): Promise<{ rows: unknown[] }> {
  return { rows: await tx.$queryRawUnsafe<unknown[]>(text, ...values) };
}
