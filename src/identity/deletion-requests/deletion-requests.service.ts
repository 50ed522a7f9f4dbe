import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { EmailTokens } from '../email-verification/email-tokens.js';
import { DeletionCancellations } from './deletion-cancellations.js';
import { DeletionNotices } from './deletion-notices.service.js';
import { DELETION_REQUEST, toDeletionRequest } from './deletion-request.mapper.js';
import { lockAccount, OPEN } from './deletion-rules.js';
import type { DeletionRequestResponse, DeletionRequestResultResponse } from './dto/deletion-requests.dto.js';

const MAXIMUM_SHOWN = 50;
const invalidLink = () => badRequest('Invalid or expired token', 'deletions.cancel_link_invalid');

/** Deletion of an account as its owner asks for it. */
@Injectable()
export class DeletionRequests {
  constructor(
    private readonly prisma: PrismaService,
    private readonly notices: DeletionNotices,
    private readonly cancellations: DeletionCancellations,
    private readonly tokens: EmailTokens,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** One's own, newest first. */
  async list({ userId }: UserPrincipal): Promise<DeletionRequestResponse[]> {
    const rows = await this.prisma.deletionRequest.findMany({
      where: { userId },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: MAXIMUM_SHOWN,
      select: DELETION_REQUEST,
    });
    return rows.map(toDeletionRequest);
  }

  /** @throws PanelError 400 when a request is open already. */
  async create({ userId }: UserPrincipal, ipAddress: string): Promise<DeletionRequestResultResponse> {
    const row = await this.prisma.$transaction(async (tx) => {
      await lockAccount(tx, userId);
      const open = await tx.deletionRequest.findFirst({
        where: { userId, status: { in: OPEN } },
        select: { id: true },
      });
      if (open !== null) throw badRequest('Request already pending', 'deletions.pending');
      const created = await tx.deletionRequest.create({ data: { userId }, select: DELETION_REQUEST });
      await tx.user.update({ where: { id: userId }, data: { deletionRequested: true }, select: { id: true } });
      await this.notices.withLink(tx, userId, null);
      const entry = { action: 'deletion-requested', targetType: 'user', targetId: userId, ipAddress } as const;
      await this.audit.record({ userId, ...entry }, tx);
      return created;
    });
    this.bus.publish('user.changed', { userId });
    return { success: true, record: toDeletionRequest(row) };
  }

  /** @throws PanelError 404 when it is not one's own, 400 when it is not open any more. */
  async cancel({ userId }: UserPrincipal, id: number, ip: string): Promise<DeletionRequestResultResponse> {
    const known = await this.prisma.deletionRequest.findFirst({ where: { id, userId }, select: { id: true } });
    if (known === null) throw notFound('Deletion request not found', 'deletions.not_found');
    const record = await this.prisma.$transaction(async (tx) => {
      await lockAccount(tx, userId);
      return this.cancellations.apply(tx, { userId, id, from: OPEN }, { userId, ip });
    });
    this.bus.publish('user.changed', { userId });
    return { success: true, record };
  }

  /** The way back for accounts that are closed already: by the link that was mailed to the address they have. */
  async cancelByLink(token: string, ip: string): Promise<SuccessResponse> {
    const known = await this.tokens.peek(this.prisma, 'cancel_deletion', token);
    if (known === undefined) throw invalidLink();
    await this.prisma.$transaction((tx) => this.useLink(tx, known.userId, token, ip));
    this.bus.publish('user.changed', { userId: known.userId });
    return SUCCESS;
  }

  private async useLink(tx: Queryable, userId: number, token: string, ip: string): Promise<void> {
    await lockAccount(tx, userId);
    const owner = await this.tokens.take(tx, 'cancel_deletion', token);
    const request =
      owner &&
      (await tx.deletionRequest.findFirst({
        where: { userId, status: { in: OPEN }, user: { email: owner.email } },
        select: { id: true },
      }));
    if (!request) throw invalidLink();
    await this.cancellations.apply(tx, { userId, id: request.id, from: OPEN }, { userId, ip });
  }
}
