import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { forbidden } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { ExportSources, rowsOf } from '../../common/data-export/export-sources.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { Rollouts } from '../rollouts/rollouts.service.js';
import type {
  FeedbackPromptResponse,
  FeedbackResponse,
  FeedbackStatusResponse,
  SubmitFeedbackDto,
} from './dto/feedback.dto.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';

/** Only those who are in this rollout are asked. */
const ROLLOUT = 'feedback_prompt';
const FEEDBACK = { id: true, rating: true, message: true, createdAt: true } as const;

/** What people think of the panel, one rating each. */
@Injectable()
export class Feedback {
  constructor(
    private readonly prisma: PrismaService,
    private readonly rollouts: Rollouts,
    private readonly settings: PanelSettings,
    private readonly bus: EventBus,
    exports: ExportSources,
    erasure: AccountErasure,
  ) {
    erasure.register('feedback', async (tx, userId, afterCommit) => {
      await tx.feedback.deleteMany({ where: { userId } });
      afterCommit(() => this.bus.publish('feedback.changed', {}));
    });
    const select = { ...FEEDBACK, updatedAt: true } as const;
    exports.add({
      name: 'feedback',
      rows: (userId) => rowsOf(() => prisma.feedback.findMany({ where: { userId }, select })),
    });
  }

  /**
   * Rates the panel, or changes one's rating.
   * @throws PanelError 403 for those who are not asked.
   */
  async submit(caller: UserPrincipal, dto: SubmitFeedbackDto): Promise<{ isNew: boolean; feedback: FeedbackResponse }> {
    await this.assertAsked(caller);
    const { userId } = caller;
    const data = { rating: dto.rating, message: dto.message?.trim() || null };
    const result = await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.feedback.createMany({ data: { userId, ...data }, skipDuplicates: true });
      if (count > 0) {
        return { isNew: true, feedback: await tx.feedback.findUniqueOrThrow({ where: { userId }, select: FEEDBACK }) };
      }
      const create = { userId, ...data };
      const feedback = await tx.feedback.upsert({ where: { userId }, create, update: data, select: FEEDBACK });
      return { isNew: false, feedback };
    });
    this.bus.publish('feedback.changed', {});
    return result;
  }

  /** @throws PanelError 403 for those who are not asked. */
  async own(caller: UserPrincipal): Promise<FeedbackResponse | null> {
    await this.assertAsked(caller);
    return this.prisma.feedback.findUnique({ where: { userId: caller.userId }, select: FEEDBACK });
  }

  /** Whether to ask now: by chance (setting feedbackPromptChance), and never again after an answer. */
  async prompt(caller: UserPrincipal): Promise<FeedbackPromptResponse> {
    const { inRollout, submitted } = await this.status(caller);
    if (!inRollout) return { shouldPrompt: false, reason: 'not_in_rollout' };
    if (submitted === true) return { shouldPrompt: false, reason: 'already_submitted' };
    const shouldPrompt = Math.random() < this.settings.get('feedbackPromptChance');
    return { shouldPrompt, reason: shouldPrompt ? 'random_selected' : 'random_skipped' };
  }

  async status({ userId }: UserPrincipal): Promise<FeedbackStatusResponse> {
    if (!(await this.rollouts.includes(ROLLOUT, userId))) return { inRollout: false };
    const row = await this.prisma.feedback.findUnique({ where: { userId }, select: { id: true } });
    return { inRollout: true, submitted: row !== null };
  }

  private async assertAsked({ userId }: UserPrincipal): Promise<void> {
    if (await this.rollouts.includes(ROLLOUT, userId)) return;
    throw forbidden('This feature is not available to you', 'feedback.not_available');
  }
}
