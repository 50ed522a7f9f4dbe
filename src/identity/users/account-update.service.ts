import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog, beforeAndAfter } from '../../common/audit/audit-log.js';
import { badRequest, conflict, forbidden } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { emailTaken, EmailChanges } from '../email-change/email-changes.service.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import type { Identity } from '../principals/identities.js';
import { Sessions } from '../sessions/sessions.service.js';
import type { EndedSessions } from '../sessions/sessions.service.js';
import { contactChanges, profileChanges, staffChanges } from './account-changes.js';
import { assertDateOfBirthFree } from './date-of-birth-lock.js';
import type { AccountBody, StaffChanges } from './account-changes.js';
import { PasswordChanges } from './password-changes.service.js';
import { RootAdmins } from './root-admins.js';
import { acceptableSettings } from './user-settings.js';

const MAXIMUM_SETTINGS_BYTES = 65_536;

/** A change that was found acceptable; `email` and `passwordHash` only when they are new. */
interface Change {
  readonly body: AccountBody;
  readonly staff: StaffChanges;
  readonly ip: string;
  readonly email: string | undefined;
  readonly passwordHash: string | undefined;
}

/** Carries out a change of an account: all of it in one transaction, then everybody is told. */
@Injectable()
export class AccountUpdate {
  constructor(
    private readonly prisma: PrismaService,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordChanges,
    private readonly emails: EmailChanges,
    private readonly sessions: Sessions,
    private readonly rootAdmins: RootAdmins,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly jobs: Jobs,
  ) {}

  /** @throws PanelError 400, 403 or 409; nothing is changed then. */
  async apply(
    caller: UserPrincipal,
    target: Identity,
    body: AccountBody,
    ip: string,
    isStaff = caller.can('users:write'),
  ): Promise<void> {
    const staff = staffChanges(body, caller, target, isStaff);
    const email = body.email === target.profile.email ? undefined : body.email || undefined;
    const passwordHash = await this.newCredentials(caller, target, body, email);
    const change = { body, staff, ip, email, passwordHash };
    try {
      const ended = await this.prisma.$transaction((tx) => this.applyAll(tx, caller, target, change));
      for (const sessions of ended) this.sessions.announce(sessions);
    } catch (error) {
      throw email !== undefined && isUniqueViolation(error) ? emailTaken() : error;
    }
    this.bus.publish('user.changed', { userId: target.account.id });
  }

  private async applyAll(
    tx: Queryable,
    caller: UserPrincipal,
    target: Identity,
    { body, staff, ip, email, passwordHash }: Change,
  ): Promise<EndedSessions[]> {
    const { id } = target.account;
    if ('role' in staff) await this.rootAdmins.assertOneRemains(tx, id, staff.role as string | null);
    await assertDateOfBirthFree(tx, caller, target, body);
    await this.write(tx, id, { ...profileChanges(body), ...staff });
    if (body.settings) await this.mergeSettings(tx, id, acceptableSettings(body.settings, caller.can('users:write')));
    await this.record(tx, caller, target, { body, staff, ip });
    if (staff.suspended === true) await this.cutOff(tx, id);
    const ended: EndedSessions[] = [];
    // The mail about the password goes to the address that the account had when it was set.
    if (passwordHash !== undefined) ended.push(await this.setPassword(tx, caller, target, passwordHash, ip));
    if (email !== undefined) ended.push(await this.setEmail(tx, caller, target, email, ip));
    return ended;
  }

  /** Every request is refused from the commit on; consoles and SFTP on nodes were let in before. */
  private cutOff(tx: Queryable, userId: number): Promise<void> {
    return this.jobs.enqueue('account.cut_off', { userId }, { tx, singletonKey: String(userId) });
  }

  /**
   * The hash of the new password, once the caller has shown that he may set it and the new address. An address needs the
   * password only when the panel asks for it; one that was given must be right.
   */
  private async newCredentials(
    caller: UserPrincipal,
    target: Identity,
    { password, currentPassword }: AccountBody,
    email: string | undefined,
  ): Promise<string | undefined> {
    if (!password && email === undefined) return undefined;
    if (caller.proof.kind !== 'session') {
      throw forbidden('This cannot be done with an API key. Sign in first.', 'auth.session_required');
    }
    const isOwn = caller.userId === target.account.id;
    const what = password ? 'password' : 'email';
    if (isOwn && (password || currentPassword || this.emails.needsPassword)) {
      await this.assertCurrent(caller.userId, currentPassword, what);
    }
    if (email !== undefined) await this.emails.assertAcceptable(email, caller.userId, target.account.id);
    return password ? this.hasher.hash(password) : undefined;
  }

  private async assertCurrent(id: number, currentPassword: string | undefined, what: string): Promise<void> {
    if (!currentPassword) {
      throw badRequest(`Current password is required to change ${what}`, 'users.current_password_required');
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
  ): Promise<EndedSessions> {
    const entry = { action: 'password-change', targetType: 'user', targetId: account.id, ipAddress } as const;
    await this.audit.record({ userId: caller.userId, ...entry }, tx);
    const owner = { userId: account.id, email: account.email };
    const ended = await this.passwords.apply(tx, owner, passwordHash, keptSession(caller, account.id));
    if (ended === undefined) throw conflict('The account was changed meanwhile. Try again.', 'users.changed_meanwhile');
    return ended;
  }

  /** The other sessions end: whoever has one of them might be why the address is changed. */
  private async setEmail(
    tx: Queryable,
    caller: UserPrincipal,
    { account }: Identity,
    email: string,
    ipAddress: string,
  ): Promise<EndedSessions> {
    await this.emails.apply(tx, { userId: account.id, email: account.email }, email);
    const entry = { action: 'email-change', targetType: 'user', targetId: account.id, ipAddress } as const;
    const metadata = { before: account.email, after: email };
    await this.audit.record({ userId: caller.userId, ...entry, metadata }, tx);
    return this.sessions.endAll(tx, account.id, keptSession(caller, account.id));
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
    { body, staff, ip }: { body: AccountBody; staff: object; ip: string },
  ): Promise<void> {
    const contact = contactChanges(body, target);
    const fields = [...Object.keys(profileChanges(body)), ...Object.keys(staff)];
    if (fields.length === 0) return;
    const common = { userId: caller.userId, targetType: 'user', targetId: target.account.id, ipAddress: ip } as const;
    const isContact = Object.keys(contact).length > 0;
    const changes = beforeAndAfter(target.profile, staff);
    const ranks = Object.keys(changes).length > 0 ? { changes } : {};
    await this.audit.record(
      {
        ...common,
        action: isContact ? 'update-address' : 'update-profile',
        metadata: { fields, ...contact, ...ranks },
      },
      tx,
    );
  }
}

/** One's own session goes on; staff that changes somebody else's account keeps none of his. */
const keptSession = (caller: UserPrincipal, userId: number): string | undefined =>
  caller.userId === userId ? caller.sessionId : undefined;
