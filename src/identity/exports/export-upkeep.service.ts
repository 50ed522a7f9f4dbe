import { Injectable } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { EXPORT_FAILED, LEASE_SECONDS, MAXIMUM_ATTEMPTS } from './export-runner.service.js';

export const UPKEEP_MINUTES = 5;
export const UPKEEP_CRON = `*/${UPKEEP_MINUTES} * * * *`;
/** An export that waits for so long has lost its job; a little longer than the pause between two attempts. */
const FORGOTTEN_SECONDS = 600;
/** Pieces a statement: at most 64 MiB. */
const CHUNK = 256;
const RECORD_DAYS = 90;

/** Removes archives whose time is over, and takes up exports that a stopped process left behind. */
@Injectable()
export class ExportUpkeep {
  constructor(
    private readonly prisma: PrismaService,
    private readonly jobs: Jobs,
  ) {
    jobs.register('identity.export_upkeep', () => this.run(), { cron: UPKEEP_CRON, retries: 0 });
  }

  async run(): Promise<void> {
    await this.takeUp();
    await this.expire();
  }

  private async expire(): Promise<void> {
    const data = { status: 'expired', shareDigest: null, shareDownloadsRemaining: 0 } as const;
    await this.prisma.exportJob.updateMany({ where: { status: 'completed', expiresAt: { lt: new Date() } }, data });
    let removed: number;
    do {
      removed = await this.prisma.$executeRaw`
        DELETE FROM "ExportChunk" WHERE ctid IN (
          SELECT c.ctid FROM "ExportChunk" c JOIN "ExportJob" j ON j."id" = c."jobId"
          WHERE j."status" IN ('expired', 'failed') LIMIT ${CHUNK})`;
    } while (removed === CHUNK);
    const old = new Date(Date.now() - RECORD_DAYS * 86_400_000);
    await this.prisma.exportJob.deleteMany({
      where: { status: { in: ['expired', 'failed', 'rejected'] }, createdAt: { lt: old } },
    });
  }

  private async takeUp(): Promise<void> {
    const before = (seconds: number) => ({ lt: new Date(Date.now() - seconds * 1000) });
    await this.prisma.exportJob.updateMany({
      where: { status: 'running', updatedAt: before(LEASE_SECONDS), attempts: { gte: MAXIMUM_ATTEMPTS } },
      data: { status: 'failed', runId: null, message: EXPORT_FAILED },
    });
    const left = await this.prisma.exportJob.findMany({
      where: {
        OR: [
          { status: 'running', updatedAt: before(LEASE_SECONDS) },
          { status: 'queued', updatedAt: before(FORGOTTEN_SECONDS) },
        ],
      },
      orderBy: { createdAt: 'asc' },
      take: 100,
      select: { id: true },
    });
    for (const { id } of left) {
      await this.jobs.enqueue('identity.data_export', { jobId: id }, { singletonKey: id });
    }
  }
}
