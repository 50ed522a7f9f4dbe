import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { normaliseEmail } from '../../identity/users/email-address.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { OrganisationLock } from '../access/organisation-lock.service.js';
import type { LockedOrganisation } from '../access/organisation-lock.service.js';
import type { OrganisationScope } from '../access/organisation-scope.js';
import type { AddUserDto, AddUserResult } from './dto/members.dto.js';
import { transferOwnership } from './ownership.js';

const person = { id: true, email: true, firstName: true, lastName: true, settings: true } as const;
type Person = Prisma.UserGetPayload<{ select: typeof person }>;

/** Staff makes somebody a member without asking him; he learns it by mail. */
@Injectable()
export class MemberAdditions {
  constructor(
    private readonly prisma: PrismaService,
    private readonly lock: OrganisationLock,
    private readonly mailer: Mailer,
    private readonly config: Config,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** @throws PanelError 400, 404, 409 with the texts of contract orgs-billing.md. */
  async add(scope: OrganisationScope, dto: AddUserDto, ipAddress: string): Promise<AddUserResult> {
    const where = targetOf(dto);
    const { user, ownerBefore } = await this.prisma
      .$transaction(async (tx) => {
        const { organisation } = await this.lock.takeFor(tx, scope, 'add-user');
        const found = await tx.user.findUnique({ where, select: person });
        if (found === null) throw notFound('User not found', 'users.not_found');
        await this.join(tx, organisation, found, dto.orgRole);
        const { id, userId } = scope;
        const entry = { userId, action: 'org:add_user', targetType: 'organisation', targetId: id, ipAddress } as const;
        await this.audit.record({ ...entry, metadata: { addedUserId: found.id } }, tx);
        return { user: found, ownerBefore: organisation.ownerId };
      })
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? alreadyMember() : error;
      });
    const changed = dto.orgRole === 'owner' ? [user.id, ownerBefore] : [user.id];
    for (const userId of changed) this.bus.publish('user.changed', { userId });
    const { id, email, firstName, lastName } = user;
    return { success: true, target: { id, email, firstName, lastName, orgRole: dto.orgRole } };
  }

  private async join(
    tx: Queryable,
    organisation: LockedOrganisation,
    { id: userId, email, firstName: name, settings }: Person,
    orgRole: AddUserDto['orgRole'],
  ): Promise<void> {
    const { id: organisationId, name: organisationName } = organisation;
    const data = { organisationId, userId, orgRole: orgRole === 'owner' ? 'member' : orgRole };
    await tx.organisationMember.create({ data, select: { id: true } });
    if (orgRole === 'owner') await transferOwnership(tx, organisation, userId);
    const url = `${this.config.frontendUrl}/dashboard/organisations/${organisationId}`;
    const recipient = { userId, email, locale: mailLocaleOf(settings) };
    await this.mailer.enqueue(tx, recipient, 'organisation-added', { name, organisationName, url });
  }
}

export const alreadyMember = () => conflict('User already in organisation', 'organisations.member_exists');

function targetOf({ userId, email }: AddUserDto): { id: number } | { email: string } {
  if (typeof userId === 'number') return { id: userId };
  const address = normaliseEmail(email ?? '');
  if (address === '') throw badRequest('userId or email required', 'organisations.user_required');
  return { email: address };
}
