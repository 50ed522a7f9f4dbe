import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { assertMayManage } from '../access/privilege.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import { Identities } from '../principals/identities.js';
import { RootAdmins } from '../users/root-admins.js';
import { AccountDeletion } from './account-deletion.service.js';
import { DeletionCancellations } from './deletion-cancellations.js';
import { DeletionNotices } from './deletion-notices.service.js';
import { ADMIN_DELETION, DELETION_REQUEST, toAdminDeletion, toDeletionRequest } from './deletion-request.mapper.js';
import { DAY_SECONDS, GRACE_DAYS, lockAccount, OPEN } from './deletion-rules.js';
import type {
  AdminDeletionResponse,
  Decision,
  DeletionDecisionResponse,
  DeletionListQuery,
  DeletionRequestResponse,
} from './dto/deletion-requests.dto.js';

const missing = () => notFound('Not found', 'deletions.not_found');

/** What staff does with requests to delete accounts. */
@Injectable()
export class DeletionDecisions {
  constructor(
    private readonly prisma: PrismaService,
    private readonly identities: Identities,
    private readonly rootAdmins: RootAdmins,
    private readonly erasure: AccountErasure,
    private readonly deletion: AccountDeletion,
    private readonly notices: DeletionNotices,
    private readonly cancellations: DeletionCancellations,
    private readonly jobs: Jobs,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** Newest first, with what keeps an account from being deleted. */
  async list({ status, limit, offset }: DeletionListQuery): Promise<AdminDeletionResponse[]> {
    const rows = await this.prisma.deletionRequest.findMany({
      where: status === undefined ? {} : { status },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: limit,
      skip: offset,
      select: ADMIN_DELETION,
    });
    const open = rows.filter((row) => OPEN.includes(row.status)).map(({ userId }) => userId);
    const obstacles = await this.erasure.obstacles(this.prisma, [...new Set(open)]);
    return rows.map((row) => toAdminDeletion(row, OPEN.includes(row.status) ? (obstacles.get(row.userId) ?? []) : []));
  }

  /**
   * Approves (the account is closed at once and deleted after the grace period) or rejects.
   * @throws PanelError 404; 403 for an account that holds more; 400 when it was decided before; 409 for the last rootAdmin.
   */
  async decide(caller: UserPrincipal, id: number, decision: Decision, ip: string): Promise<DeletionDecisionResponse> {
    const userId = await this.manageable(caller, id);
    const rec = await this.prisma.$transaction(async (tx) => {
      // Before the account is locked: who changes a rank takes these locks in this order too.
      if (decision === 'approved') await this.rootAdmins.assertOneRemains(tx, userId, null);
      await lockAccount(tx, userId);
      const row =
        decision === 'approved'
          ? await this.approve(tx, caller, userId, id)
          : await this.reject(tx, caller, userId, id);
      await this.record(tx, caller, userId, `deletion-${decision}`, ip);
      return row;
    });
    this.bus.publish('user.changed', { userId });
    return { success: true, rec };
  }

  /** Deletes the account now. @throws PanelError 400 before the approval, 409 while something keeps the account. */
  async expedite(caller: UserPrincipal, id: number, ip: string): Promise<DeletionDecisionResponse> {
    const userId = await this.manageable(caller, id);
    const outcome = await this.deletion.execute(id, userId, { userId: caller.userId, ip });
    if (outcome === 'not approved')
      throw badRequest('Only an approved request can be expedited', 'deletions.not_approved');
    if (outcome !== 'deleted')
      throw conflict(`The account cannot be deleted yet: ${outcome.join('; ')}`, 'deletions.waiting');
    return { success: true, rec: await this.read(id) };
  }

  /** Gives the account back. @throws PanelError 400 unless it is closed and not yet deleted. */
  async cancel(caller: UserPrincipal, id: number, ip: string): Promise<DeletionDecisionResponse> {
    const userId = await this.manageable(caller, id);
    const rec = await this.prisma.$transaction(async (tx) => {
      await lockAccount(tx, userId);
      return this.cancellations.apply(tx, { userId, id, from: ['pending_deletion'] }, { userId: caller.userId, ip });
    });
    this.bus.publish('user.changed', { userId });
    return { success: true, rec };
  }

  /** Whose request it is, when the caller may manage that account. */
  private async manageable(caller: UserPrincipal, id: number): Promise<number> {
    const request = await this.prisma.deletionRequest.findUnique({ where: { id }, select: { userId: true } });
    const identity = request === null ? undefined : await this.identities.find(request.userId);
    if (identity === undefined) throw missing();
    assertMayManage(caller, identity.account);
    return identity.account.id;
  }

  private async approve(
    tx: Queryable,
    caller: UserPrincipal,
    userId: number,
    id: number,
  ): Promise<DeletionRequestResponse> {
    const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { suspended: true } });
    const approvedAt = new Date();
    const until = new Date(approvedAt.getTime() + GRACE_DAYS * DAY_SECONDS * 1000);
    const state = { status: 'pending_deletion', approvedAt, scheduledDeletionAt: until } as const;
    const row = await settle(tx, id, { ...state, approvedBy: caller.userId, wasSuspended: user.suspended });
    await tx.user.update({
      where: { id: userId },
      data: { deletionRequested: true, deletionApproved: true, pendingDeletionUntil: until, suspended: true },
      select: { id: true },
    });
    // Every request is refused from the commit on; consoles and SFTP on nodes were let in before.
    await this.jobs.enqueue('account.cut_off', { userId }, { tx, singletonKey: String(userId) });
    await this.notices.withLink(tx, userId, until);
    return row;
  }

  private async reject(
    tx: Queryable,
    caller: UserPrincipal,
    userId: number,
    id: number,
  ): Promise<DeletionRequestResponse> {
    const row = await settle(tx, id, { status: 'rejected', approvedBy: caller.userId });
    await tx.user.update({ where: { id: userId }, data: { deletionRequested: false }, select: { id: true } });
    await this.notices.withoutLink(tx, userId, 'deletion-rejected');
    return row;
  }

  private async read(id: number): Promise<DeletionRequestResponse> {
    return toDeletionRequest(
      await this.prisma.deletionRequest.findUniqueOrThrow({ where: { id }, select: DELETION_REQUEST }),
    );
  }

  private record(tx: Queryable, caller: UserPrincipal, targetId: number, action: string, ip: string): Promise<void> {
    return this.audit.record({ userId: caller.userId, action, targetType: 'user', targetId, ipAddress: ip }, tx);
  }
}

/** Decides in the statement that finds the request undecided. */
async function settle(
  tx: Queryable,
  id: number,
  data: Parameters<Queryable['deletionRequest']['updateManyAndReturn']>[0]['data'],
): Promise<DeletionRequestResponse> {
  const where = { id, status: 'pending' } as const;
  const [row] = await tx.deletionRequest.updateManyAndReturn({ where, data, select: DELETION_REQUEST });
  if (row === undefined) throw badRequest('Only a pending request can be decided', 'deletions.not_pending');
  return toDeletionRequest(row);
}
