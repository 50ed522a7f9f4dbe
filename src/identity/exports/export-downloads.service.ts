import { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { digest, randomSecret } from '../../common/crypto/digest.js';
import { badRequest, PanelError } from '../../common/errors/panel-error.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ShareLinkResponse } from './dto/exports.dto.js';
import { ExportAdministration } from './export-administration.service.js';
import { exportNotFound } from './export-id.pipe.js';

const ARCHIVE = { id: true, userId: true, status: true, sizeBytes: true } as const;
const TOKEN = /^[0-9a-f]{64}$/;

interface Archive {
  readonly id: string;
  readonly userId: number;
  readonly status: string;
  readonly sizeBytes: bigint;
}

/** Gives archives out: to the person, to staff, and once to whoever holds a share link. */
@Injectable()
export class ExportDownloads {
  constructor(
    private readonly prisma: PrismaService,
    private readonly administration: ExportAdministration,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /** @throws PanelError 404 when it is not an export that the caller asked for, 400 when it is not there to download. */
  async own({ userId }: UserPrincipal, id: string, ipAddress: string): Promise<StreamableFile> {
    const job = await this.prisma.exportJob.findFirst({ where: { id, userId, adminId: null }, select: ARCHIVE });
    return this.give(completed(job), { userId, action: 'data-export:download', ipAddress });
  }

  /** @throws PanelError 404; 400 when it is not there to download; 403 when the account is more privileged. */
  async forStaff(caller: UserPrincipal, id: string, ipAddress: string): Promise<StreamableFile> {
    const job = completed(await this.prisma.exportJob.findUnique({ where: { id }, select: ARCHIVE }));
    await this.administration.assertMayHandle(caller, job.userId);
    return this.give(job, { userId: caller.userId, action: 'admin:data-export:download', ipAddress });
  }

  /**
   * Makes a link that gives the archive out once to whoever has it; an earlier link of the export ends.
   * @throws PanelError 404; 400 when it is not there to download; 403 when the account is more privileged.
   */
  async share(caller: UserPrincipal, id: string, hours: number, ipAddress: string): Promise<ShareLinkResponse> {
    const job = completed(await this.prisma.exportJob.findUnique({ where: { id }, select: ARCHIVE }));
    await this.administration.assertMayHandle(caller, job.userId);
    const secret = randomSecret();
    const expiresAt = new Date(Date.now() + hours * 3_600_000);
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.exportJob.updateMany({
        where: { id, status: 'completed' },
        data: { shareDigest: digest(secret), shareLinkExpiresAt: expiresAt, shareDownloadsRemaining: 1 },
      });
      if (count === 0) throw notCompleted();
      const entry = { action: 'admin:data-export:share', targetType: 'user', targetId: job.userId, ipAddress } as const;
      await this.audit.record({ userId: caller.userId, ...entry, metadata: { jobId: id, hours } }, tx);
    });
    const sharePath = `/api/public/export-shares/${secret}`;
    const link = `${this.config.panelUrl}${sharePath}`;
    const names = { shareUrl: link, shareLink: link, url: link, link };
    return { success: true, ...names, sharePath, expiresAt, downloadsRemaining: 1 };
  }

  /**
   * Gives the archive out to whoever holds the link; of parallel callers to one.
   * @throws PanelError 404 for an unknown link; 410 when it was used or its time is over.
   */
  async open(secret: string, ipAddress: string): Promise<StreamableFile> {
    if (!TOKEN.test(secret)) throw unknownLink();
    const shareDigest = digest(secret);
    const { count } = await this.prisma.exportJob.updateMany({
      where: {
        shareDigest,
        status: 'completed',
        shareDownloadsRemaining: { gt: 0 },
        shareLinkExpiresAt: { gt: new Date() },
      },
      data: { shareDownloadsRemaining: { decrement: 1 }, shareOpens: { increment: 1 } },
    });
    const job = await this.prisma.exportJob.findUnique({
      where: { shareDigest },
      select: { ...ARCHIVE, shareDownloadsRemaining: true },
    });
    if (job === null) throw unknownLink();
    if (count === 0) throw job.shareDownloadsRemaining === 0 ? gone('used') : gone('expired');
    return this.give(job, { userId: null, action: 'data-export:share-open', ipAddress });
  }

  private async give(job: Archive, by: { userId: number | null; action: string; ipAddress: string }) {
    await this.audit.record({ ...by, targetType: 'user', targetId: job.userId, metadata: { jobId: job.id } });
    const length = Number(job.sizeBytes);
    const file = new StreamableFile(Readable.from(this.pieces(job.id, length), { objectMode: false }), {
      type: 'application/gzip',
      disposition: `attachment; filename="export-${job.userId}.tar.gz"`,
      length,
    });
    // Nest would end the answer as if it were whole.
    return file.setErrorHandler((error, response) => {
      logger.warn({ err: error, jobId: job.id }, 'a data export broke off');
      response.destroy?.();
    });
  }

  /** One piece at a time, the next when the receiver has taken the last. */
  private async *pieces(jobId: string, length: number): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for (let position = -1; sent < length;) {
      const piece = await this.prisma.exportChunk.findFirst({
        where: { jobId, position: { gt: position } },
        orderBy: { position: 'asc' },
        select: { position: true, data: true },
      });
      // Its time was over meanwhile.
      if (piece === null) throw new Error('the archive was removed');
      position = piece.position;
      sent += piece.data.length;
      yield piece.data;
    }
  }
}

const notCompleted = (): PanelError => badRequest('This export is not completed', 'exports.not_completed');
const unknownLink = exportNotFound;
const gone = (why: 'used' | 'expired'): PanelError =>
  new PanelError(410, `exports.link_${why}`, why === 'used' ? 'This link was already used' : 'This link has expired');

function completed<Job extends Archive>(job: Job | null): Job {
  if (job === null) throw exportNotFound();
  if (job.status !== 'completed') throw notCompleted();
  return job;
}
