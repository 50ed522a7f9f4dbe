import { Injectable } from '@nestjs/common';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { BackupLeftovers, leftoverColumns } from '../backup-stores/backup-leftovers.service.js';

/** Backups that come to nothing. */
@Injectable()
export class BackupFailures {
  constructor(
    private readonly prisma: PrismaService,
    private readonly leftovers: BackupLeftovers,
  ) {}

  /**
   * Ends backups that are being made, and lets go what was uploaded of them. Those whose parts are all uploaded are past
   * failing by the daemon's fault: their completion decides.
   * @returns the servers of those that it ended.
   */
  async fail(tx: Queryable, where: Prisma.ServerBackupWhereInput): Promise<string[]> {
    return this.end(tx, { ...where, reportedAt: null });
  }

  /** Ends one whose parts could not be put together. @returns its server, when it was under way. */
  async failUploaded(tx: Queryable, uuid: string): Promise<string | undefined> {
    const [serverUuid] = await this.end(tx, { uuid, reportedAt: { not: null } });
    return serverUuid;
  }

  /** The daemon never told the end, or could not even be told to begin. */
  async abandon(uuid: string): Promise<void> {
    await this.prisma.$transaction((tx) => this.fail(tx, { uuid }));
  }

  private async end(tx: Queryable, where: Prisma.ServerBackupWhereInput): Promise<string[]> {
    const ended = await tx.serverBackup.updateManyAndReturn({
      where: { ...where, state: 'running' },
      data: { state: 'failed', locked: false, completedAt: new Date() },
      select: leftoverColumns,
    });
    await this.leftovers.add(
      tx,
      ended.filter(({ adapter }) => adapter === 's3'),
    );
    return ended.map(({ serverUuid }) => serverUuid);
  }
}
