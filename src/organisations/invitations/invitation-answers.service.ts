import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, forbidden } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { SUCCESS } from '../../identity/dto/success.dto.js';
import type { SuccessResponse } from '../../identity/dto/success.dto.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { OrganisationLock } from '../access/organisation-lock.service.js';
import type { AcceptedInvite, OwnInvite } from './dto/invitations.dto.js';
import { inviteNotFound } from './invitations.service.js';
import { inviteDigest } from './invite-link.js';

const inviteColumns = { id: true, organisationId: true, email: true, orgRole: true } as const;
type Invite = Prisma.OrganisationInviteGetPayload<{ select: typeof inviteColumns }>;

/** Asked by every open browser once a minute. $1 address in lower case. */
const OWN_INVITES = {
  name: 'organisation_own_invites',
  text: `
    SELECT i."id", i."organisationId", o."name" AS "organisationName", true AS "organisationExists", i."email",
      i."createdAt"
    FROM "OrganisationInvite" i JOIN "Organisation" o ON o."id" = i."organisationId"
    WHERE i."email" = $1::text AND NOT i."accepted" AND i."expiresAt" > now() ORDER BY i."id"`,
};

const invalidInvite = (): PanelError => badRequest('Invalid invite', 'organisations.invite_invalid');
const open = () => ({ accepted: false, expiresAt: { gt: new Date() } });

/** Invitations, from the side of the one who was invited. Each is answered once, by whoever has its address. */
@Injectable()
export class InvitationAnswers {
  constructor(
    private readonly prisma: PrismaService,
    private readonly database: Database,
    private readonly lock: OrganisationLock,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** Those to the caller's address that are open, oldest first. */
  list({ account: { email } }: UserPrincipal): Promise<OwnInvite[]> {
    return this.database.query<OwnInvite>(OWN_INVITES, [email]);
  }

  /**
   * By the mailed link, which proves that the mailbox is the caller's.
   * @throws PanelError 400 for a link that is unknown, used or too old; 403 when it was sent to another address.
   */
  async acceptByLink({ userId }: UserPrincipal, secret: string, ipAddress: string): Promise<AcceptedInvite> {
    const digest = inviteDigest(secret);
    return this.join(userId, async (tx) => {
      const invite = await tx.organisationInvite.findFirst({ where: { digest, ...open() }, select: inviteColumns });
      if (invite === null) throw invalidInvite();
      const { email } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { email: true } });
      if (email !== invite.email) throw forbidden('Email mismatch', 'organisations.invite_other_address');
      await this.claim(tx, { invite, digest }, { userId, ipAddress }, invalidInvite);
      return invite.organisationId;
    });
  }

  /** From the list, by an account whose address is verified. @throws PanelError 403, 404. */
  async acceptById({ userId }: UserPrincipal, id: number, ipAddress: string): Promise<SuccessResponse> {
    await this.join(userId, async (tx) => {
      const invite = await this.addressedTo(tx, userId, id);
      await this.claim(tx, { invite }, { userId, ipAddress }, inviteNotFound);
      return invite.organisationId;
    });
    return SUCCESS;
  }

  /** @throws PanelError 403, 404 as accepting. */
  async reject({ userId }: UserPrincipal, id: number, ipAddress: string): Promise<SuccessResponse> {
    await this.prisma.$transaction(async (tx) => {
      const { organisationId: targetId, email } = await this.addressedTo(tx, userId, id);
      const { count } = await tx.organisationInvite.deleteMany({ where: { id, email, ...open() } });
      if (count === 0) throw inviteNotFound();
      const entry = { userId, action: 'org:reject_invite', targetType: 'organisation', targetId, ipAddress } as const;
      await this.audit.record({ ...entry, metadata: { invitedEmail: email } }, tx);
    });
    return SUCCESS;
  }

  private async join(userId: number, work: (tx: Queryable) => Promise<number>): Promise<AcceptedInvite> {
    const organisationId = await this.prisma.$transaction(work);
    this.bus.publish('user.changed', { userId });
    return { success: true, organisationId };
  }

  private async addressedTo(tx: Queryable, userId: number, id: number): Promise<Invite> {
    const invite = await tx.organisationInvite.findFirst({ where: { id, ...open() }, select: inviteColumns });
    if (invite === null) throw inviteNotFound();
    const select = { email: true, emailVerified: true } as const;
    const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, select });
    if (user.email !== invite.email) throw forbidden('Forbidden', 'organisations.invite_other_address');
    if (!user.emailVerified) {
      const details = 'Verify your e-mail address first.';
      throw forbidden('Forbidden', 'organisations.email_not_verified', { details });
    }
    return invite;
  }

  /** Takes the invitation, which only one of many requests can, and makes the account a member. */
  private async claim(
    tx: Queryable,
    { invite, digest }: { invite: Invite; digest?: Uint8Array<ArrayBuffer> },
    { userId, ipAddress }: { userId: number; ipAddress: string },
    tooLate: () => PanelError,
  ): Promise<void> {
    const { id, organisationId, orgRole } = invite;
    // As every change of members: removals and sending the link again wait, and nobody waits in a circle.
    await this.lock.take(tx, organisationId);
    const where = { id, ...open(), ...(digest !== undefined && { digest }) };
    const { count } = await tx.organisationInvite.updateMany({ where, data: { accepted: true } });
    if (count === 0) throw tooLate();
    await tx.organisationMember.createMany({ data: [{ organisationId, userId, orgRole }], skipDuplicates: true });
    const entry = { targetType: 'organisation', targetId: organisationId, ipAddress } as const;
    await this.audit.record({ userId, action: 'org:accept_invite', ...entry, metadata: { inviteId: id } }, tx);
  }
}
