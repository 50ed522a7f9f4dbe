import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { assertMayManage } from '../access/privilege.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { Identities } from '../principals/identities.js';
import type {
  AdminExportJobDetailResponse,
  AdminExportJobsResponse,
  ExportJobQuery,
  ExportQueuedResponse,
} from './dto/exports.dto.js';
import { exportNotFound } from './export-id.pipe.js';
import { ADMIN_EXPORT_JOB, toAdminExportJob } from './export-job.mapper.js';
import { UPKEEP_CRON, UPKEEP_MINUTES } from './export-upkeep.service.js';

/** Exports as staff sees and makes them. */
@Injectable()
export class ExportAdministration {
  constructor(
    private readonly prisma: PrismaService,
    private readonly identities: Identities,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Queues an export of somebody's data. While one that staff asked for is under way, that one is meant.
   * @throws PanelError 404 for an unknown account, 403 for one that is more privileged than the caller.
   */
  async create(caller: UserPrincipal, userId: number, ipAddress: string): Promise<ExportQueuedResponse> {
    await this.assertMayHandle(caller, userId);
    return this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
      const open = await tx.exportJob.findFirst({
        where: { userId, adminId: { not: null }, status: { in: ['queued', 'running'] } },
        select: { id: true },
      });
      if (open !== null) return { success: true, jobId: open.id };
      const data = { userId, adminId: caller.userId };
      const { id: jobId } = await tx.exportJob.create({ data, select: { id: true } });
      await this.jobs.enqueue('identity.data_export', { jobId }, { tx });
      const entry = { action: 'admin:data-export:create', targetType: 'user', targetId: userId, ipAddress } as const;
      await this.audit.record({ userId: caller.userId, ...entry, metadata: { jobId } }, tx);
      return { success: true, jobId };
    });
  }

  /** Everybody's, newest first. */
  async list({ limit, status }: ExportJobQuery): Promise<AdminExportJobsResponse> {
    const rows = await this.prisma.exportJob.findMany({
      where: { ...(status !== undefined && { status }) },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
      select: ADMIN_EXPORT_JOB,
    });
    const { _max } = await this.prisma.exportJob.aggregate({ _max: { startedAt: true } });
    const period = UPKEEP_MINUTES * 60_000;
    const nextRunAt = new Date((Math.floor(Date.now() / period) + 1) * period);
    const meta = { runnerCron: UPKEEP_CRON, nextRunAt, lastRunAt: _max.startedAt };
    return { jobs: rows.map(toAdminExportJob), meta };
  }

  /** @throws PanelError 404. */
  async read(id: string): Promise<AdminExportJobDetailResponse> {
    const row = await this.prisma.exportJob.findUnique({ where: { id }, select: ADMIN_EXPORT_JOB });
    if (row === null) throw exportNotFound();
    return { job: toAdminExportJob(row) };
  }

  /**
   * Agrees to a request or refuses it.
   * @throws PanelError 404; 409 when nobody waits for an answer; 403 for one's own request.
   */
  async decide(caller: UserPrincipal, id: string, agrees: boolean, ipAddress: string): Promise<SuccessResponse> {
    const request = await this.prisma.exportJob.findUnique({ where: { id }, select: { userId: true } });
    if (request === null) throw exportNotFound();
    if (request.userId === caller.userId) {
      throw forbidden('Somebody else has to decide on your own request', 'exports.own_request');
    }
    await this.assertMayHandle(caller, request.userId);
    const answer = agrees ? 'approve' : 'reject';
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.exportJob.updateMany({
        where: { id, status: 'pending' },
        data: { status: agrees ? 'queued' : 'rejected', decidedById: caller.userId },
      });
      if (count === 0) throw conflict('This export does not wait for a decision', 'exports.not_pending');
      if (agrees) await this.jobs.enqueue('identity.data_export', { jobId: id }, { tx });
      const entry = { action: `admin:data-export:${answer}`, targetType: 'user', ipAddress } as const;
      const target = { targetId: request.userId, metadata: { jobId: id } };
      await this.audit.record({ userId: caller.userId, ...entry, ...target }, tx);
    });
    return SUCCESS;
  }

  /** @throws PanelError 404 for an unknown account, 403 for one that is more privileged than the caller. */
  async assertMayHandle(caller: UserPrincipal, userId: number): Promise<void> {
    const identity = await this.identities.find(userId);
    if (identity === undefined) throw notFound('User not found', 'users.not_found');
    assertMayManage(caller, identity.account);
  }
}
