import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, forbidden } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import type { Identity } from '../principals/identities.js';
import { Sessions } from '../sessions/sessions.service.js';
import type { EndedSessions } from '../sessions/sessions.service.js';
import { contactChanges, profileChanges, staffChanges } from './account-changes.js';
import { assertDateOfBirthFree } from './date-of-birth-lock.js';
import type { UpdateUserDto } from './dto/update-user.dto.js';
import { PasswordChanges } from './password-changes.service.js';
import { RootAdmins } from './root-admins.js';
import { acceptableSettings } from './user-settings.js';

const MAXIMUM_SETTINGS_BYTES = 65_536;

/** Carries out a change of an account: all of it in one transaction, then everybody is told. */
@Injectable()
export class AccountUpdate {
  constructor(
    private readonly prisma: PrismaService,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordChanges,
    private readonly sessions: Sessions,
    private readonly rootAdmins: RootAdmins,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly jobs: Jobs,
  ) {}

  /** @throws PanelError 400, 403 or 409; nothing is changed then. */
  async apply(caller: UserPrincipal, target: Identity, body: UpdateUserDto, ip: string): Promise<void> {
    if (body.email && body.email !== target.profile.email) {
      throw badRequest('The email address cannot be changed here yet', 'users.email_change_unavailable');
    }
    const staff = staffChanges(body, caller, target);
    const passwordHash = await this.newPassword(caller, target, body);
    const ended = await this.prisma.$transaction(async (tx) => {
      if ('role' in staff) await this.rootAdmins.assertOneRemains(tx, target.account.id, staff.role as string | null);
      await assertDateOfBirthFree(tx, caller, target, body);
      await this.write(tx, target.account.id, { ...profileChanges(body), ...staff });
      if (body.settings)
        await this.mergeSettings(tx, target.account.id, acceptableSettings(body.settings, caller.can('users:write')));
      await this.record(tx, caller, target, { body, staff, ip });
      if (staff.suspended === true) await this.cutOff(tx, target.account.id);
      return passwordHash === undefined ? undefined : this.setPassword(tx, caller, target, passwordHash, ip);
    });
    if (ended !== undefined) this.sessions.announce(ended);
    this.bus.publish('user.changed', { userId: target.account.id });
  }

  /** Every request is refused from the commit on; consoles and SFTP on nodes were let in before. */
  private cutOff(tx: Queryable, userId: number): Promise<void> {
    return this.jobs.enqueue('account.cut_off', { userId }, { tx, singletonKey: String(userId) });
  }

  /** The hash of the new password, once the caller has shown that he may set it. */
  private async newPassword(caller: UserPrincipal, target: Identity, body: UpdateUserDto): Promise<string | undefined> {
    const { password, currentPassword } = body;
    if (!password) return undefined;
    if (caller.proof.kind !== 'session') {
      throw forbidden('This cannot be done with an API key. Sign in first.', 'auth.session_required');
    }
    if (caller.userId === target.account.id) await this.assertCurrent(caller.userId, currentPassword);
    return this.hasher.hash(password);
  }

  private async assertCurrent(id: number, currentPassword: string | undefined): Promise<void> {
    if (!currentPassword) {
      throw badRequest('Current password is required to change password', 'users.current_password_required');
    }
    const user = await this.prisma.user.findUnique({ where: { id }, select: { passwordHash: true } });
    if (!(await this.hasher.verify(user?.passwordHash, currentPassword))) {
      throw forbidden('Current password is invalid', 'users.current_password_invalid');
    }
  }

  private async setPassword(
    tx: Queryable,
    caller: UserPrincipal,
    { account }: Identity,
    passwordHash: string,
    ipAddress: string,
  ): Promise<EndedSessions | undefined> {
    const keep = caller.userId === account.id ? caller.sessionId : undefined;
    const entry = { action: 'password-change', targetType: 'user', targetId: account.id, ipAddress } as const;
    await this.audit.record({ userId: caller.userId, ...entry }, tx);
    return this.passwords.apply(tx, { userId: account.id, email: account.email }, passwordHash, keep);
  }

  private async write(tx: Queryable, id: number, data: Prisma.UserUpdateInput): Promise<void> {
    if (Object.keys(data).length > 0) await tx.user.update({ where: { id }, data, select: { id: true } });
  }

  /** Merged by the database: two browsers that save different keys at once both win. */
  private async mergeSettings(tx: Queryable, id: number, settings: Record<string, unknown>): Promise<void> {
    if (Object.keys(settings).length === 0) return;
    const merged = JSON.stringify(settings);
    const count = await tx.$executeRaw`
      UPDATE "User" SET "settings" = "settings" || ${merged}::jsonb, "updatedAt" = now()
      WHERE "id" = ${id} AND octet_length(("settings" || ${merged}::jsonb)::text) <= ${MAXIMUM_SETTINGS_BYTES}`;
    if (count === 0) throw badRequest('settings are too large', 'users.settings_too_large');
  }

  private async record(
    tx: Queryable,
    caller: UserPrincipal,
    target: Identity,
    { body, staff, ip }: { body: UpdateUserDto; staff: object; ip: string },
  ): Promise<void> {
    const contact = contactChanges(body, target);
    const fields = [...Object.keys(profileChanges(body)), ...Object.keys(staff)];
    if (fields.length === 0) return;
    const common = { userId: caller.userId, targetType: 'user', targetId: target.account.id, ipAddress: ip } as const;
    const isContact = Object.keys(contact).length > 0;
    await this.audit.record(
      { ...common, action: isContact ? 'update-address' : 'update-profile', metadata: { fields, ...contact } },
      tx,
    );
  }
}
