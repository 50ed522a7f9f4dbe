import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { logger } from '../../common/logging/logger.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { Notifications } from '../notifications/notifications.service.js';
import { ArchiveWriter } from './archive-writer.js';
import { ExportSources } from '../../common/data-export/export-sources.js';

const EXPORT_FILE = 'user-export.json';
export const EXPORT_FAILED = 'The export could not be made.';
const FORMAT = 'eclipanel-user-export';
const VERSION = 1;
const KEPT_DAYS = 7;
export const MAXIMUM_ATTEMPTS = 3;
const RETRY_SECONDS = 30;
/** A run that has written nothing for so long has died with its process. */
export const LEASE_SECONDS = 300;

/** Another run has taken over, or the export is gone: this one has nothing to write any more. */
class Superseded extends Error {}

/** One attempt at an export; `runId` is its right to write. */
interface Run {
  readonly jobId: string;
  readonly runId: string;
  readonly userId: number;
  readonly attempts: number;
  readonly byStaff: boolean;
}

/**
 * Writes the archives. A run claims its export with an id of its own, and every write asks for that id in the same
 * statement: of two runs, however they came about, only the one that claimed last can write.
 */
@Injectable()
export class ExportRunner {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sources: ExportSources,
    private readonly notifications: Notifications,
    private readonly jobs: Jobs,
  ) {
    jobs.register('identity.data_export', ({ jobId }) => this.run(jobId), { retries: 2, retryDelaySeconds: 30 });
  }

  /** Makes the archive of a waiting export; nothing happens to one that is done or that a live run is busy with. */
  async run(jobId: string): Promise<void> {
    const run = await this.claim(jobId);
    if (run === undefined) return;
    try {
      await this.write(run);
    } catch (error) {
      if (error instanceof Superseded) return;
      logger.warn({ err: error, jobId }, 'data export failed');
      await this.giveUp(run);
    }
  }

  private claim(jobId: string): Promise<Run | undefined> {
    const runId = randomUUID();
    const abandoned = new Date(Date.now() - LEASE_SECONDS * 1000);
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.exportJob.updateMany({
        where: { id: jobId, OR: [{ status: 'queued' }, { status: 'running', updatedAt: { lt: abandoned } }] },
        data: {
          status: 'running',
          runId,
          startedAt: new Date(),
          attempts: { increment: 1 },
          progress: 0,
          message: null,
        },
      });
      if (count === 0) return undefined;
      await tx.exportChunk.deleteMany({ where: { jobId } });
      const { userId, attempts, adminId } = await tx.exportJob.findUniqueOrThrow({
        where: { id: jobId },
        select: { userId: true, attempts: true, adminId: true },
      });
      return { jobId, runId, userId, attempts, byStaff: adminId !== null };
    });
  }

  private async write(run: Run): Promise<void> {
    const now = new Date();
    const archive = new ArchiveWriter((position, data) => this.keep(run, position, data));
    const head = { format: FORMAT, version: VERSION, exportedAt: now, userId: run.userId };
    await archive.write(JSON.stringify(head, null, 1).replace(/\n\}$/, ''));
    let rows = 0;
    const sources = this.sources.all();
    for (const [index, source] of sources.entries()) {
      await archive.write(`,\n "${source.name}": [`);
      let separator = '\n  ';
      for await (const row of source.rows(run.userId)) {
        await archive.write(`${separator}${JSON.stringify(row)}`);
        separator = ',\n  ';
        rows += 1;
      }
      await archive.write(']');
      await this.tell(run, Math.floor((99 * (index + 1)) / sources.length));
    }
    await archive.write('\n}\n');
    await this.complete(run, rows, await archive.finish(EXPORT_FILE, now));
  }

  /** One statement, so that a piece is kept exactly while the run may write; it shows too that the run is alive. */
  private async keep({ jobId, runId }: Run, position: number, data: Buffer): Promise<void> {
    const kept = await this.prisma.$executeRaw`
      WITH mine AS (
        UPDATE "ExportJob" SET "updatedAt" = now()
        WHERE "id" = ${jobId}::uuid AND "runId" = ${runId}::uuid AND "status" = 'running' RETURNING "id"
      )
      INSERT INTO "ExportChunk" ("jobId", "position", "data")
      SELECT "id", ${position}::int, ${new Uint8Array(data)}::bytea FROM mine`;
    if (kept === 0) throw new Superseded();
  }

  private async tell({ jobId, runId }: Run, progress: number): Promise<void> {
    const mine = { id: jobId, runId, status: 'running' } as const;
    const { count } = await this.prisma.exportJob.updateMany({ where: mine, data: { progress } });
    if (count === 0) throw new Superseded();
  }

  private async complete({ jobId, runId, userId, byStaff }: Run, rows: number, sizeBytes: number): Promise<void> {
    const completedAt = new Date();
    const expiresAt = new Date(completedAt.getTime() + KEPT_DAYS * 86_400_000);
    const done = { status: 'completed', progress: 100, runId: null, rows, sizeBytes, completedAt, expiresAt } as const;
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.exportJob.updateMany({ where: { id: jobId, runId, status: 'running' }, data: done });
      if (count === 0) throw new Superseded();
      // Staff who made an export for an authority may have to keep silent about it.
      if (byStaff) return;
      await this.notifications.add(tx, {
        userId,
        type: 'export',
        title: 'Your data export is ready',
        body: `You can download it until ${expiresAt.toISOString().slice(0, 10)}.`,
        url: '/dashboard/settings',
      });
    });
  }

  /** Tries again a little later, a few times; then the export has failed and keeps nothing. */
  private async giveUp({ jobId, runId, attempts }: Run): Promise<void> {
    const isLast = attempts >= MAXIMUM_ATTEMPTS;
    const message = isLast ? EXPORT_FAILED : 'The export will be tried again.';
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.exportJob.updateMany({
        where: { id: jobId, runId, status: 'running' },
        data: { status: isLast ? 'failed' : 'queued', runId: null, message },
      });
      if (count === 0) return;
      await tx.exportChunk.deleteMany({ where: { jobId } });
      if (!isLast) await this.jobs.enqueue('identity.data_export', { jobId }, { tx, startAfterSeconds: RETRY_SECONDS });
    });
  }
}
