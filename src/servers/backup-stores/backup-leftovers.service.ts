import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { REMOTE_ADAPTERS } from './adapters.js';
import { BackupStores, objectKeyOf, storeColumns } from './backup-stores.service.js';
import type { SealedStore } from './backup-stores.service.js';

const AT_ONCE = 50;

/** What has to be removed from a store. */
export interface Leftover {
  readonly uuid: string;
  readonly serverUuid: string;
  readonly nodeId: number;
  readonly configurationId: number | null;
  readonly adapter: string;
  readonly uploadId: string | null;
  readonly createdAt: Date;
}

export const leftoverColumns = {
  uuid: true,
  serverUuid: true,
  nodeId: true,
  configurationId: true,
  adapter: true,
  uploadId: true,
  createdAt: true,
} as const;

/** Removes from stores what no backup is any more; tried until the store has done it, however long it is away. */
@Injectable()
export class BackupLeftovers implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly stores: BackupStores,
    private readonly wings: Wings,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('backup.remove_leftovers', ({ configurationId }) => this.removeAll(configurationId), {
      retries: 10,
      retryDelaySeconds: 15,
    });
    this.jobs.register('backup.leftovers_watch', () => this.watch(), { cron: '*/30 * * * *' });
  }

  /** Notes what to remove, and lets it be removed. What is kept on the node itself is not this one's business. */
  async add(tx: Queryable, leftovers: readonly Leftover[]): Promise<void> {
    const data = leftovers.flatMap(({ configurationId, ...rest }) =>
      configurationId === null ? [] : [{ ...rest, configurationId }],
    );
    if (data.length === 0) return;
    await tx.backupLeftover.createMany({ data, skipDuplicates: true });
    for (const configurationId of new Set(data.map((leftover) => leftover.configurationId))) {
      await this.request(configurationId, tx);
    }
  }

  /** Of a server that is about to be deleted: its rows go with it, and its node deletes only what lies there. */
  async addOfServer(tx: Queryable, serverUuid: string): Promise<void> {
    const where = { serverUuid, adapter: { in: [...REMOTE_ADAPTERS] } };
    await this.add(tx, await tx.serverBackup.findMany({ where, select: leftoverColumns }));
  }

  private request(configurationId: number, tx?: Queryable): Promise<void> {
    const options = { ...(tx !== undefined && { tx }), singletonKey: String(configurationId) };
    return this.jobs.enqueue('backup.remove_leftovers', { configurationId }, options);
  }

  /** For those whose job was given up. */
  private async watch(): Promise<void> {
    const waiting = await this.prisma.backupLeftover.groupBy({ by: ['configurationId'] });
    for (const { configurationId } of waiting) await this.request(configurationId);
  }

  private async removeAll(configurationId: number): Promise<void> {
    const store = await this.prisma.backupConfiguration.findUnique({
      where: { id: configurationId },
      select: storeColumns,
    });
    if (store === null) return;
    let after = '';
    let failures = 0;
    for (;;) {
      const leftovers = await this.prisma.backupLeftover.findMany({
        where: { configurationId, ...(after !== '' && { uuid: { gt: after } }) },
        select: leftoverColumns,
        orderBy: { uuid: 'asc' },
        take: AT_ONCE,
      });
      const results = await Promise.allSettled(leftovers.map((leftover) => this.remove(leftover, store)));
      failures += results.filter(({ status }) => status === 'rejected').length;
      const last = leftovers.at(-1);
      if (last === undefined || leftovers.length < AT_ONCE) break;
      after = last.uuid;
    }
    if (failures === 0) return;
    logger.warn({ configurationId, failures }, 'backups not yet removed from their store');
    throw new Error(`${failures} backups not yet removed from their store`);
  }

  private async remove(leftover: Leftover, store: SealedStore): Promise<void> {
    const { uuid, serverUuid, nodeId, adapter, uploadId } = leftover;
    if (adapter === 's3') {
      await this.stores.objectStore(store, 'patient').remove(objectKeyOf(leftover), uploadId);
    } else {
      const daemon = await this.wings.forNode(nodeId);
      await daemon.deleteStoredBackup(serverUuid, { uuid, adapter });
    }
    await this.prisma.backupLeftover.deleteMany({ where: { uuid } });
  }
}
