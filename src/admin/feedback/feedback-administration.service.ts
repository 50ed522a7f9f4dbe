import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { SUCCESS } from '../../identity/dto/success.dto.js';
import type { SuccessResponse } from '../../identity/dto/success.dto.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { FeedbackPageResponse, FeedbackQuery, FeedbackSummaryResponse } from './dto/feedback.dto.js';

const SUMMARY = 'summary';
/** Changes arrive by event; the lifetime only bounds the harm of a lost one. */
const LIFETIME_MS = 60_000;

const ADMIN_FEEDBACK = {
  id: true,
  userId: true,
  rating: true,
  message: true,
  createdAt: true,
  user: { select: { id: true, firstName: true, lastName: true, email: true, avatarUrl: true } },
} as const;

/** Everybody's ratings: all of them for staff, their average for everybody. */
@Injectable()
export class FeedbackAdministration {
  private readonly summaries: PushCache<string, FeedbackSummaryResponse>;

  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {
    this.summaries = new PushCache({ maximum: 1, lifetimeMs: LIFETIME_MS }, () => this.loadSummary());
    bus.on('feedback.changed', () => this.summaries.clear());
    bus.on('bus.reconnected', () => this.summaries.clear());
  }

  /** One page, newest first. */
  async page({ page, limit, rating }: FeedbackQuery): Promise<FeedbackPageResponse> {
    const where = rating === undefined ? {} : { rating };
    const total = await this.prisma.feedback.count({ where });
    const data = await this.prisma.feedback.findMany({
      where,
      orderBy: { id: 'desc' },
      skip: (page - 1) * limit,
      take: limit,
      select: ADMIN_FEEDBACK,
    });
    return { data, total, page, limit };
  }

  /** @throws PanelError 404. */
  async delete(id: number, author: { userId: number; ipAddress: string }): Promise<SuccessResponse> {
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.feedback.deleteMany({ where: { id } });
      if (count === 0) throw notFound('Feedback not found', 'feedback.not_found');
      await this.audit.record({ ...author, action: 'admin:feedback:delete', metadata: { feedbackId: id } }, tx);
    });
    this.bus.publish('feedback.changed', {});
    return SUCCESS;
  }

  /** From memory. */
  async summary(): Promise<FeedbackSummaryResponse> {
    return this.summaries.get(SUMMARY);
  }

  private async loadSummary(): Promise<FeedbackSummaryResponse> {
    const { _avg, _count } = await this.prisma.feedback.aggregate({ _avg: { rating: true }, _count: { _all: true } });
    return { averageRating: Math.round((_avg.rating ?? 0) * 100) / 100, reviewCount: _count._all };
  }
}
