import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { notFound, PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { TransferStarts } from '../transfers/transfer-starts.service.js';
import type { TransferOrder } from '../transfers/transfer-starts.service.js';
import { addServersOf, noteOutcomes } from './drain-servers.js';

/** What a server waits for instead of being left behind: it ends by itself. */
const PASSING: ReadonlySet<string> = new Set(['servers.installing', 'servers.transferring', 'transfers.copy_remains']);

interface LockedDrain {
  readonly id: number;
  readonly nodeId: number;
  readonly targetNodeId: number | null;
  readonly state: 'running' | 'completed' | 'cancelled';
  readonly startedById: number | null;
}

/**
 * Moves the servers of drained nodes, so many at a time. Everything it knows is in the database: it runs when a drain
 * begins, when one of its transfers ends and once a minute, in whichever replica, and goes on where it was.
 */
@Injectable()
export class DrainRunner implements OnModuleInit {
  private readonly concurrency: number;

  constructor(
    private readonly prisma: PrismaService,
    private readonly starts: TransferStarts,
    private readonly jobs: Jobs,
    config: Config,
  ) {
    this.concurrency = config.env.NODE_DRAIN_CONCURRENCY;
  }

  onModuleInit(): void {
    this.jobs.register('node.drain', ({ drainId }) => this.run(drainId), {
      retries: 5,
      retryDelaySeconds: 5,
      concurrency: 2,
      expireSeconds: 120,
    });
    this.jobs.register('node.drain_wake', () => this.wake(), { cron: '* * * * *', retries: 0 });
  }

  /** Notes what has come of the transfers and starts as many as there is place for. */
  async run(drainId: number): Promise<void> {
    if ((await this.prisma.nodeDrain.findUnique({ where: { id: drainId }, select: { id: true } })) === null) return;
    await this.underLock(drainId, (tx, drain) => noteOutcomes(tx, { drainId, nodeId: drain.nodeId }));
    const tried: string[] = [];
    for (;;) {
      const serverUuid = await this.next(drainId, tried);
      if (serverUuid === undefined) break;
      tried.push(serverUuid);
      if (!(await this.move(drainId, serverUuid))) break;
    }
    await this.underLock(drainId, endIfDone);
  }

  /** Drains go on although the job that should have woken them was lost. */
  private async wake(): Promise<void> {
    const where = { OR: [{ activeNodeId: { not: null } }, { servers: { some: { state: 'moving' as const } } }] };
    const drains = await this.prisma.nodeDrain.findMany({ where, select: { id: true } });
    for (const { id } of drains) await this.jobs.enqueue('node.drain', { drainId: id }, { singletonKey: String(id) });
  }

  private async next(drainId: number, tried: readonly string[]): Promise<string | undefined> {
    const waiting = await this.prisma.nodeDrainServer.findFirst({
      where: { drainId, state: 'waiting', serverUuid: { notIn: [...tried] }, drain: { state: 'running' } },
      orderBy: { serverUuid: 'asc' },
      select: { serverUuid: true },
    });
    return waiting?.serverUuid;
  }

  /** @returns whether there may be place for another one. */
  private async move(drainId: number, serverUuid: string): Promise<boolean> {
    const waiting = { drainId, serverUuid, state: 'waiting' } as const;
    try {
      return await this.underLock(drainId, async (tx, drain) => {
        const moving = await tx.nodeDrainServer.count({ where: { drainId, state: 'moving' } });
        if (drain.state !== 'running' || moving >= this.concurrency) return false;
        if ((await tx.nodeDrainServer.count({ where: waiting })) === 0) return true;
        const transferId = await this.starts.start(tx, orderOf(drain, serverUuid));
        await tx.nodeDrainServer.updateMany({ where: waiting, data: { state: 'moving', reason: null, transferId } });
        return true;
      });
    } catch (error) {
      if (!(error instanceof PanelError)) throw error;
      const state = PASSING.has(error.code) ? 'waiting' : 'failed';
      await this.prisma.nodeDrainServer.updateMany({ where: waiting, data: { state, reason: error.message } });
      return true;
    }
  }

  /** Two runs of one drain take turns; what they count stays true until they have acted. */
  private underLock<Result>(
    drainId: number,
    work: (tx: Queryable, drain: LockedDrain) => Promise<Result>,
  ): Promise<Result> {
    return this.prisma.$transaction(async (tx) => {
      const [drain] = await tx.$queryRaw<LockedDrain[]>`
        SELECT "id", "nodeId", "targetNodeId", "state", "startedById" FROM "NodeDrain"
        WHERE "id" = ${drainId} FOR NO KEY UPDATE`;
      if (drain === undefined) throw notFound('The drain is gone with its node', 'nodes.no_drain');
      return work(tx, drain);
    });
  }
}

/** To a named node a drain may move whatever is there; by itself it keeps to the portal of each owner. */
const orderOf = ({ targetNodeId, startedById }: LockedDrain, serverUuid: string): TransferOrder => ({
  serverUuid,
  targetNodeId: targetNodeId ?? undefined,
  seesAllNodes: targetNodeId !== null,
  userId: startedById,
});

/** Servers that were under way to the node when the drain began are there by now, or will be: they go too. */
async function endIfDone(tx: Queryable, { id, nodeId, state }: LockedDrain): Promise<void> {
  if (state !== 'running') return;
  await addServersOf(tx, { drainId: id, nodeId });
  const arriving = await tx.serverTransfer.count({ where: { targetNodeId: nodeId, activeServerUuid: { not: null } } });
  const left = await tx.nodeDrainServer.count({ where: { drainId: id, state: { in: ['waiting', 'moving'] } } });
  if (arriving > 0 || left > 0) return;
  await tx.nodeDrain.updateMany({
    where: { id, state: 'running' },
    data: { state: 'completed', activeNodeId: null, endedAt: new Date() },
  });
}
