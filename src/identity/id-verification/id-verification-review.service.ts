import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import type {
  ChangedIdVerificationResponse,
  IdVerificationQuery,
  IdVerificationStatus,
  ListedIdVerificationResponse,
} from './dto/id-verification.dto.js';
import { ID_VERIFICATION, IdVerificationMapper, LISTED_ID_VERIFICATION } from './id-verification.mapper.js';

const MAXIMUM_ID = 2_147_483_647;
const missing = () => notFound('Not found', 'id_verification.not_found');

/** A change of one verification: who makes it, whose it is. */
interface Change {
  readonly caller: UserPrincipal;
  readonly id: number;
  readonly ownerId: number;
  readonly ip: string;
}

/**
 * Identity verifications as staff handles them. Everything that changes one locks its owner's account first, so that
 * the records and the account's `idVerified` never say different things.
 */
@Injectable()
export class IdVerificationReview {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly mailer: Mailer,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  /** A page, newest first. */
  async list(caller: UserPrincipal, query: IdVerificationQuery): Promise<ListedIdVerificationResponse[]> {
    const rows = await this.prisma.idVerification.findMany({
      where: filterOf(query),
      orderBy: { id: 'desc' },
      skip: (query.page - 1) * query.per,
      take: query.per,
      select: LISTED_ID_VERIFICATION,
    });
    const mapper = this.mapperFor(caller);
    return rows.map((row) => mapper.toListed(row));
  }

  /**
   * Sets the status; who says the same again changes nothing and sends no second mail.
   * @throws PanelError 403 for one's own, 404, 409 when another of the account waits already.
   */
  async set(
    caller: UserPrincipal,
    id: number,
    status: IdVerificationStatus,
    ip: string,
  ): Promise<ChangedIdVerificationResponse> {
    return this.change(caller, id, ip, (tx, change) => this.apply(tx, change, status));
  }

  /** Removes the documents; the record stays. Without documents there is nothing to wait for. */
  removeDocuments(caller: UserPrincipal, id: number, ip: string): Promise<ChangedIdVerificationResponse> {
    return this.change(caller, id, ip, async (tx, change) => {
      const { count } = await tx.idDocument.deleteMany({ where: { verificationId: id } });
      if (count > 0) await this.record(tx, change, 'id-verification:remove-documents', { documents: count });
      await this.apply(tx, change, 'failed', 'pending');
    });
  }

  /** Deletes the record with its documents. */
  async delete(caller: UserPrincipal, id: number, ip: string): Promise<SuccessResponse> {
    const ownerId = await this.prisma.$transaction(async (tx) => {
      const change = await this.begin(tx, caller, id, ip);
      const { count } = await tx.idVerification.deleteMany({ where: { id, userId: change.ownerId } });
      if (count === 0) throw missing();
      await settle(tx, change.ownerId);
      await this.record(tx, change, 'id-verification:delete');
      return change.ownerId;
    });
    this.bus.publish('user.changed', { userId: ownerId });
    return SUCCESS;
  }

  private async change(
    caller: UserPrincipal,
    id: number,
    ip: string,
    work: (tx: Queryable, change: Change) => Promise<void>,
  ): Promise<ChangedIdVerificationResponse> {
    try {
      const row = await this.prisma.$transaction(async (tx) => {
        const change = await this.begin(tx, caller, id, ip);
        await work(tx, change);
        return tx.idVerification.findUnique({ where: { id }, select: ID_VERIFICATION });
      });
      if (row === null) throw missing();
      this.bus.publish('user.changed', { userId: row.userId });
      return { success: true, rec: this.mapperFor(caller).toResponse(row) };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('Another verification of this account is waiting already', 'id_verification.pending');
    }
  }

  /** Locks the owner's account. Nobody decides about himself, except who could give himself every right anyway. */
  private async begin(tx: Queryable, caller: UserPrincipal, id: number, ip: string): Promise<Change> {
    const [owner] = await tx.$queryRaw<{ id: number }[]>`
      SELECT u."id" FROM "IdVerification" v JOIN "User" u ON u."id" = v."userId" WHERE v."id" = ${id} FOR UPDATE OF u`;
    if (owner === undefined) throw missing();
    if (owner.id === caller.userId && !caller.actsAsSuperuser) {
      throw forbidden('Nobody decides about his own verification', 'id_verification.own');
    }
    return { caller, id, ownerId: owner.id, ip };
  }

  /** @param from only when the status is still this one */
  private async apply(
    tx: Queryable,
    change: Change,
    status: IdVerificationStatus,
    from?: IdVerificationStatus,
  ): Promise<void> {
    const { id, ownerId } = change;
    const now = new Date();
    const { count } = await tx.idVerification.updateMany({
      where: { id, userId: ownerId, status: from ?? { not: status } },
      data: {
        status,
        pendingUserId: status === 'pending' ? ownerId : null,
        decidedAt: status === 'pending' ? null : now,
        verifiedAt: status === 'verified' ? now : null,
      },
    });
    if (count === 0) return;
    await settle(tx, ownerId);
    await this.record(tx, change, 'id-verification:set', { status });
    if (status !== 'pending') await this.tell(tx, ownerId, status);
  }

  private async tell(tx: Queryable, ownerId: number, status: 'verified' | 'failed'): Promise<void> {
    const { email, firstName, settings } = await tx.user.findUniqueOrThrow({
      where: { id: ownerId },
      select: { email: true, firstName: true, settings: true },
    });
    const recipient = { userId: ownerId, email, locale: mailLocaleOf(settings) };
    const url = `${this.config.frontendUrl}/dashboard/identity`;
    await this.mailer.enqueue(tx, recipient, 'verification', { name: firstName, status, url });
  }

  private record(
    tx: Queryable,
    { caller, id, ownerId, ip }: Change,
    action: string,
    metadata: Prisma.InputJsonObject = {},
  ): Promise<void> {
    const target = { targetType: 'id-verification', targetId: id } as const;
    return this.audit.record(
      { userId: caller.userId, action, ...target, metadata: { ownerId, ...metadata }, ipAddress: ip },
      tx,
    );
  }

  private mapperFor(caller: UserPrincipal): IdVerificationMapper {
    return new IdVerificationMapper(this.config.panelUrl, caller, 'admin:kyc:view:id');
  }
}

/** The account is verified exactly while one of its records is. */
async function settle(tx: Queryable, userId: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE "User" SET "updatedAt" = now(), "idVerified" = EXISTS
      (SELECT 1 FROM "IdVerification" WHERE "userId" = ${userId} AND "status" = 'verified')
    WHERE "id" = ${userId}`;
}

function filterOf({ status, q = '' }: IdVerificationQuery): Prisma.IdVerificationWhereInput {
  const words = q.trim();
  const contains = { contains: words, mode: 'insensitive' } as const;
  const userId = /^\d{1,10}$/.test(words) && Number(words) <= MAXIMUM_ID ? [{ userId: Number(words) }] : [];
  const people = (['email', 'firstName', 'lastName', 'displayName'] as const).map((field) => ({
    user: { [field]: contains },
  }));
  return { ...(status !== undefined && { status }), ...(words !== '' && { OR: [...userId, ...people] }) };
}
