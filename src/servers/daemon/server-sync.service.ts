import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { isOutage } from '../../nodes/wings/wings-errors.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { eachOf } from './each-of.js';
import { within } from './time-budget.js';

/** The first try follows the commit at once; the job is there for when it fails or the process dies. */
const FIRST_JOB_AFTER_SECONDS = 15;
const IMMEDIATE_BUDGET_MS = 3_000;
const MANY_AT_A_TIME = 5;

/**
 * Makes daemons fetch changed configurations. The rule: commit first, then tell; a node that is away fetches when it is
 * back, and the row says so meanwhile (`syncPending`).
 */
@Injectable()
export class ServerSync implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('server.sync', ({ serverUuid }) => this.ifPending(serverUuid), {
      retries: 12,
      retryDelaySeconds: 10,
      concurrency: 4,
    });
    this.jobs.register('node.sync_servers', ({ nodeId }) => this.allPending(nodeId), {
      retries: 12,
      retryDelaySeconds: 10,
      concurrency: 2,
    });
  }

  /** Notes, in the transaction of the change, that the daemon must fetch the server again. */
  async request(tx: Queryable, serverUuid: string): Promise<void> {
    await tx.server.updateMany({ where: { uuid: serverUuid }, data: { syncPending: true } });
    await this.jobs.enqueue(
      'server.sync',
      { serverUuid },
      { tx, startAfterSeconds: FIRST_JOB_AFTER_SECONDS, singletonKey: serverUuid },
    );
  }

  /** The same for many servers of a node, with one job. */
  async requestMany(tx: Queryable, nodeId: number, serverUuids: readonly string[]): Promise<void> {
    await tx.server.updateMany({ where: { nodeId, uuid: { in: [...serverUuids] } }, data: { syncPending: true } });
    await this.jobs.enqueue(
      'node.sync_servers',
      { nodeId },
      { tx, startAfterSeconds: FIRST_JOB_AFTER_SECONDS, singletonKey: String(nodeId) },
    );
  }

  /**
   * Tells the daemon after the commit, for a few seconds at most.
   * @returns whether it has fetched; otherwise the job does it later.
   */
  async now(serverUuid: string): Promise<boolean> {
    try {
      await within(IMMEDIATE_BUDGET_MS, this.ifPending(serverUuid));
      return true;
    } catch {
      return false;
    }
  }

  /** Tells the daemon, pending or not. @throws PanelError 502, 504 or the daemon's refusal. */
  async force(serverUuid: string, nodeId: number): Promise<void> {
    const before = await this.prisma.server.findUnique({ where: { uuid: serverUuid }, select: { updatedAt: true } });
    const daemon = await this.wings.forNode(nodeId);
    await daemon.syncServer(serverUuid);
    if (before === null) return;
    // Only when nothing changed meanwhile: what changed has not been fetched.
    await this.prisma.server.updateMany({
      where: { uuid: serverUuid, updatedAt: before.updatedAt },
      data: { syncPending: false },
    });
  }

  /** One server that its daemon refuses keeps no other waiting; a node that is away ends it, and the job comes again. */
  private async allPending(nodeId: number): Promise<void> {
    const servers = await this.prisma.server.findMany({ where: { nodeId, syncPending: true }, select: { uuid: true } });
    await eachOf(servers, MANY_AT_A_TIME, async ({ uuid }) => {
      try {
        await this.force(uuid, nodeId);
      } catch (error) {
        if (isOutage(error)) throw error;
        logger.warn({ nodeId, serverUuid: uuid, reason: (error as Error).message }, 'server not fetched again');
      }
    });
  }

  private async ifPending(serverUuid: string): Promise<void> {
    const server = await this.prisma.server.findUnique({
      where: { uuid: serverUuid },
      select: { nodeId: true, syncPending: true },
    });
    if (server?.syncPending === true) await this.force(serverUuid, server.nodeId);
  }
}
