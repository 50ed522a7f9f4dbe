import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest } from '../../common/errors/panel-error.js';
import type { DeletionStatus } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { DeletionNotices } from './deletion-notices.service.js';
import { DELETION_REQUEST, toDeletionRequest } from './deletion-request.mapper.js';
import type { DeletionRequestResponse } from './dto/deletion-requests.dto.js';

/** A request, and the states from which it may be cancelled. */
interface Cancellable {
  readonly id: number;
  readonly userId: number;
  readonly from: DeletionStatus[];
}

/** Gives accounts back that were to be deleted. */
@Injectable()
export class DeletionCancellations {
  constructor(
    private readonly notices: DeletionNotices,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Within the caller's transaction, which has locked the account. A suspension that was there before the request stays.
   * @throws PanelError 400 when the request is in another state.
   */
  async apply(
    tx: Queryable,
    { id, userId, from }: Cancellable,
    actor: { userId: number; ip: string },
  ): Promise<DeletionRequestResponse> {
    const before = await tx.deletionRequest.findFirst({
      where: { id, userId, status: { in: from } },
      select: { status: true, wasSuspended: true, autoSunset: true },
    });
    if (before === null) throw badRequest('This request cannot be cancelled any more', 'deletions.not_open');
    const row = await tx.deletionRequest.update({
      where: { id },
      data: { status: 'cancelled', scheduledDeletionAt: null },
      select: DELETION_REQUEST,
    });
    // An account that nobody used was not closed: who suspended it meanwhile had another reason.
    const endsFreeze = before.status === 'pending_deletion' && !before.wasSuspended && !before.autoSunset;
    const state = { deletionRequested: false, deletionApproved: false, pendingDeletionUntil: null };
    await tx.user.update({
      where: { id: userId },
      data: { ...state, ...(endsFreeze && { suspended: false }) },
      select: { id: true },
    });
    await this.notices.withoutLink(tx, userId, 'deletion-cancelled');
    const entry = { action: 'deletion-cancelled', targetType: 'user', targetId: userId, ipAddress: actor.ip } as const;
    await this.audit.record({ userId: actor.userId, ...entry }, tx);
    return toDeletionRequest(row);
  }
}
