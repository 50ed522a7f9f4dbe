import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ExportJobsResponse, ExportRequestedResponse } from './dto/exports.dto.js';
import { EXPORT_JOB, toExportJob } from './export-job.mapper.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

const PAUSE_DAYS = 30;
const SHOWN = 20;

/** Exports that people ask for themselves. */
@Injectable()
export class Exports {
  constructor(
    private readonly prisma: PrismaService,
    private readonly settings: PanelSettings,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
    erasure: AccountErasure,
  ) {
    erasure.register('exports', async (tx, userId) => {
      await tx.exportJob.deleteMany({ where: { userId } });
    });
  }

  /**
   * Asks for an export of one's own data; it begins at once unless staff has to agree (setting dataExportApproval).
   * @throws PanelError 409 when the last one that did not fail was asked for less than 30 days ago.
   */
  request({ userId }: UserPrincipal, ipAddress: string): Promise<ExportRequestedResponse> {
    const status = this.settings.get('dataExportApproval') ? 'pending' : 'queued';
    return this.prisma.$transaction(async (tx) => {
      // Parallel requests of one account take turns at its row.
      await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
      await assertDue(tx, userId);
      const { id: jobId } = await tx.exportJob.create({ data: { userId, status }, select: { id: true } });
      if (status === 'queued') await this.jobs.enqueue('identity.data_export', { jobId }, { tx });
      const entry = { action: 'data-export:request', targetType: 'user', targetId: userId, ipAddress } as const;
      await this.audit.record({ userId, ...entry, metadata: { jobId } }, tx);
      return { success: true, jobId, status };
    });
  }

  /** One's own requests, newest first; those that staff made are not among them. */
  async list({ userId }: UserPrincipal): Promise<ExportJobsResponse> {
    const rows = await this.prisma.exportJob.findMany({
      where: { userId, adminId: null },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: SHOWN,
      select: EXPORT_JOB,
    });
    return { jobs: rows.map(toExportJob) };
  }
}

async function assertDue(tx: Queryable, userId: number): Promise<void> {
  const last = await tx.exportJob.findFirst({
    where: {
      userId,
      adminId: null,
      status: { notIn: ['failed', 'rejected'] },
      createdAt: { gt: new Date(Date.now() - PAUSE_DAYS * 86_400_000) },
    },
    orderBy: { createdAt: 'desc' },
    select: { createdAt: true },
  });
  if (last === null) return;
  const day = last.createdAt.toISOString().slice(0, 10);
  throw conflict(
    `A data export can be requested once in ${PAUSE_DAYS} days. You requested the last one on ${day}.`,
    'exports.too_soon',
  );
}
