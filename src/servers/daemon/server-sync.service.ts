import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { within } from './time-budget.js';

/** The first try follows the commit at once; the job is there for when it fails or the process dies. */
const FIRST_JOB_AFTER_SECONDS = 15;
const IMMEDIATE_BUDGET_MS = 3_000;

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

  private async ifPending(serverUuid: string): Promise<void> {
    const server = await this.prisma.server.findUnique({
      where: { uuid: serverUuid },
      select: { nodeId: true, syncPending: true },
    });
    if (server?.syncPending === true) await this.force(serverUuid, server.nodeId);
  }
}
