import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { RateLimits } from '../../common/throttling/rate-limits.js';
import { Config } from '../../config/config.js';
import { SUCCESS } from '../../identity/dto/success.dto.js';
import type { SuccessResponse } from '../../identity/dto/success.dto.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { OrganisationLock } from '../access/organisation-lock.service.js';
import type { LockedOrganisation } from '../access/organisation-lock.service.js';
import type { OrganisationScope } from '../access/organisation-scope.js';
import type { InviteDto, SentInvite } from './dto/invitations.dto.js';
import { newInviteLink } from './invite-link.js';

/** However many people invite for it: an organisation is no way to send mail to strangers. */
const PER_ORGANISATION = { limit: 50, windowSeconds: 86_400 } as const;
const RESEND = { limit: 1, windowSeconds: 60 } as const;

export const inviteNotFound = (): PanelError => notFound('Invite not found', 'organisations.invite_not_found');
const alreadyAccepted = (): PanelError => badRequest('Invite already accepted', 'organisations.invite_accepted');

/** Invitations, from the side of those who manage the organisation. Only a digest of a link is stored. */
@Injectable()
export class Invitations {
  constructor(
    private readonly prisma: PrismaService,
    private readonly lock: OrganisationLock,
    private readonly limits: RateLimits,
    private readonly mailer: Mailer,
    private readonly config: Config,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Whether the address has an account is not told.
   * @throws PanelError 400, 403, 404, 409, 429 with the texts of contract orgs-billing.md.
   */
  async invite(
    caller: UserPrincipal,
    scope: OrganisationScope,
    { email, role, orgRole = role ?? 'member' }: InviteDto,
    ipAddress: string,
  ): Promise<SentInvite> {
    const need = orgRole === 'admin' ? 'invite.admin' : 'invite';
    scope.require(need);
    if (email === caller.account.email) throw badRequest('Cannot invite yourself', 'organisations.invite_self');
    const { limit, windowSeconds } = PER_ORGANISATION;
    await this.limits.consume(`organisation-invite:${scope.id}`, limit, windowSeconds);
    const link = newInviteLink();
    await this.prisma
      .$transaction(async (tx) => {
        const { organisation } = await this.lock.takeFor(tx, scope, need);
        await this.assertInvitable(tx, scope.id, email);
        const { secret, ...stored } = link;
        const data = { organisationId: scope.id, email, orgRole, invitedById: scope.userId, ...stored };
        await tx.organisationInvite.create({ data, select: { id: true } });
        await this.sendLink(tx, { organisation, email, secret, inviterId: scope.userId });
        await this.record(tx, scope, 'org:invite', { invitedEmail: email }, ipAddress);
      })
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? alreadySent() : error;
      });
    return { success: true, token: link.secret };
  }

  /** A new link, good for seven days; the one before stops working. @throws PanelError 400, 404, 429. */
  async resend(scope: OrganisationScope, inviteId: number, ipAddress: string): Promise<SuccessResponse> {
    await this.require(this.prisma, scope, inviteId, { open: true });
    const { limit, windowSeconds } = RESEND;
    await this.limits.consume(`organisation-invite-resend:${inviteId}`, limit, windowSeconds);
    const { secret, ...stored } = newInviteLink();
    await this.prisma.$transaction(async (tx) => {
      const { organisation } = await this.lock.takeFor(tx, scope, 'invite');
      // Under the lock nobody accepts it.
      const { email } = await this.require(tx, scope, inviteId, { open: true });
      await tx.organisationInvite.update({ where: { id: inviteId }, data: stored, select: { id: true } });
      await this.sendLink(tx, { organisation, email, secret, inviterId: scope.userId });
      await this.record(tx, scope, 'org:resend_invite', { inviteId, invitedEmail: email }, ipAddress);
    });
    return SUCCESS;
  }

  /** @throws PanelError 404 also for an invitation of another organisation. */
  async revoke(scope: OrganisationScope, inviteId: number, ipAddress: string): Promise<SuccessResponse> {
    await this.prisma.$transaction(async (tx) => {
      await this.lock.takeFor(tx, scope, 'invite');
      const { email } = await this.require(tx, scope, inviteId, { open: false });
      await tx.organisationInvite.delete({ where: { id: inviteId }, select: { id: true } });
      await this.record(tx, scope, 'org:revoke_invite', { inviteId, invitedEmail: email }, ipAddress);
    });
    return SUCCESS;
  }

  private async require(
    tx: Queryable,
    { id: organisationId }: OrganisationScope,
    id: number,
    { open }: { open: boolean },
  ): Promise<{ email: string }> {
    const where = { id, organisationId };
    const invite = await tx.organisationInvite.findFirst({ where, select: { email: true, accepted: true } });
    if (invite === null) throw inviteNotFound();
    if (open && invite.accepted) throw alreadyAccepted();
    return invite;
  }

  /** Under the lock. An invitation that has run out makes room for a new one. */
  private async assertInvitable(tx: Queryable, organisationId: number, email: string): Promise<void> {
    const member = await tx.organisationMember.findFirst({
      where: { organisationId, user: { email } },
      select: { id: true },
    });
    if (member !== null) throw conflict('User already in organisation', 'organisations.member_exists');
    const expired = { organisationId, email, accepted: false, expiresAt: { lte: new Date() } };
    await tx.organisationInvite.deleteMany({ where: expired });
  }

  private async sendLink(tx: Queryable, { organisation, email, secret, inviterId }: Sending): Promise<void> {
    const [invited, inviter] = [
      await tx.user.findUnique({ where: { email }, select: { id: true, firstName: true, settings: true } }),
      await tx.user.findUniqueOrThrow({ where: { id: inviterId }, select: { firstName: true, displayName: true } }),
    ];
    const recipient =
      invited === null ? { email } : { userId: invited.id, email, locale: mailLocaleOf(invited.settings) };
    await this.mailer.enqueue(tx, recipient, 'organisation-invite', {
      name: invited?.firstName ?? email.slice(0, email.lastIndexOf('@')),
      organisationName: organisation.name,
      inviter: inviter.displayName ?? inviter.firstName,
      url: `${this.config.frontendUrl}/organisations/accept?token=${secret}`,
    });
  }

  private record(
    tx: Queryable,
    { id, userId }: OrganisationScope,
    action: string,
    metadata: { invitedEmail: string; inviteId?: number },
    ipAddress: string,
  ): Promise<void> {
    return this.audit.record(
      { userId, action, targetType: 'organisation', targetId: id, ipAddress, metadata: { ...metadata } },
      tx,
    );
  }
}

interface Sending {
  readonly organisation: LockedOrganisation;
  readonly email: string;
  readonly secret: string;
  readonly inviterId: number;
}

const alreadySent = (): PanelError => conflict('Invite already sent', 'organisations.invite_exists');
