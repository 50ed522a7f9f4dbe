import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { notFound, PanelError } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { NodeHealth } from '../../nodes/health/node-health.service.js';
import { isOutage } from '../../nodes/wings/wings-errors.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import { within } from '../daemon/time-budget.js';
import type { EggSyncEntry, EggSyncResult } from './dto/egg.dto.js';

const CONCURRENCY = 8;
const PER_SERVER_MS = 5_000;

interface EggServer {
  readonly uuid: string;
  readonly nodeId: number;
  readonly autoSyncOnEggChange: boolean;
}

/** Takes changes of an egg to its servers. */
@Injectable()
export class EggSync implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly health: NodeHealth,
    private readonly sync: ServerSync,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('egg.sync', ({ eggId }) => this.followUp(eggId), { retries: 10, retryDelaySeconds: 15 });
  }

  /** Notes, in the transaction of the change, that all servers that follow the egg must be fetched again. */
  async request(tx: Queryable, eggId: number): Promise<void> {
    await tx.server.updateMany({ where: { eggId, autoSyncOnEggChange: true }, data: { syncPending: true } });
    await this.jobs.enqueue('egg.sync', { eggId }, { tx, singletonKey: String(eggId) });
  }

  /** Tells the daemons now and says what became of each server. @throws PanelError 404. */
  async run(eggId: number, respectOptOut: boolean): Promise<EggSyncResult> {
    const egg = await this.prisma.egg.findUnique({ where: { id: eggId }, select: { id: true } });
    if (egg === null) throw notFound('Egg not found', 'eggs.not_found');
    const servers = await this.prisma.server.findMany({
      where: { eggId },
      select: { uuid: true, nodeId: true, autoSyncOnEggChange: true },
      orderBy: { uuid: 'asc' },
    });
    return { total: servers.length, results: await this.syncAll(servers, respectOptOut) };
  }

  /** What is still to be fetched. Fails while some node is away, so that the job comes again. */
  private async followUp(eggId: number): Promise<void> {
    const servers = await this.prisma.server.findMany({
      where: { eggId, autoSyncOnEggChange: true, syncPending: true },
      select: { uuid: true, nodeId: true, autoSyncOnEggChange: true },
    });
    const results = await this.syncAll(servers, true);
    const failed = results.filter(({ status }) => status !== 'synced').length;
    if (failed > 0) throw new Error(`${failed} of ${servers.length} servers do not follow their egg yet`);
  }

  private async syncAll(servers: readonly EggServer[], respectOptOut: boolean): Promise<EggSyncEntry[]> {
    const results = new Array<EggSyncEntry>(servers.length);
    const queue = servers.entries();
    const work = async (): Promise<void> => {
      for (const [index, server] of queue) results[index] = await this.syncOne(server, respectOptOut);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    return results;
  }

  private async syncOne(server: EggServer, respectOptOut: boolean): Promise<EggSyncEntry> {
    const { uuid, nodeId } = server;
    if (respectOptOut && !server.autoSyncOnEggChange) return { uuid, status: 'skipped_opt_out' };
    if (!this.health.isHealthy(nodeId)) return { uuid, status: 'node_service_unavailable' };
    try {
      await within(PER_SERVER_MS, this.sync.force(uuid, nodeId));
      return { uuid, status: 'synced' };
    } catch (error) {
      if (isOutage(error)) return { uuid, status: 'node_service_unavailable' };
      return { uuid, status: 'error', error: error instanceof PanelError ? error.message : 'Internal server error' };
    }
  }
}
