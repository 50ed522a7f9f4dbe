import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { conflict, forbidden, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { assertMayManage } from '../access/privilege.js';
import { targetUserId } from '../access/target-user.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { Identities } from '../principals/identities.js';
import { Sessions } from '../sessions/sessions.service.js';
import { normaliseEmail } from '../users/email-address.js';
import { notOn, SecondFactors } from './second-factors.js';
import { TwoFactorMails } from './two-factor-mails.js';

/** Staff turns two-factor sign-in off for people who lost their device and their backup codes. */
@Injectable()
export class TwoFactorReset {
  constructor(
    private readonly prisma: PrismaService,
    private readonly identities: Identities,
    private readonly factors: SecondFactors,
    private readonly sessions: Sessions,
    private readonly mails: TwoFactorMails,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /**
   * @throws PanelError 403 without `users:write` or for a more privileged account, 404 for an unknown one, 409 for the
   * caller's own and when it is not on.
   */
  async byStaff(caller: UserPrincipal, reference: string, ip: string): Promise<SuccessResponse> {
    if (!caller.can('users:write')) throw forbidden('Insufficient permissions', 'auth.insufficient_permissions');
    const userId = targetUserId(reference, caller);
    // A stolen session of staff must not get rid of the second factor without a code.
    if (userId === caller.userId) throw conflict('Turn off your own with a code', 'two_factor.own');
    const identity = await this.identities.find(userId);
    if (identity === undefined) throw notFound('User not found', 'users.not_found');
    assertMayManage(caller, identity.account);
    await this.reset(userId, caller.userId, ip);
    return SUCCESS;
  }

  /** For the command line. @throws PanelError 404 for an unknown address, 409 when it is not on. */
  async byEmail(address: string): Promise<void> {
    const where = { email: normaliseEmail(address) };
    const user = await this.prisma.user.findUnique({ where, select: { id: true } });
    if (user === null) throw notFound(`There is no account ${where.email}`, 'users.not_found');
    await this.reset(user.id, null);
  }

  private async reset(userId: number, actorId: number | null, ip?: string): Promise<void> {
    const entry = { action: '2fa-reset', targetType: 'user', targetId: userId } as const;
    const ended = await this.prisma.$transaction(async (tx) => {
      await this.factors.hold(tx, userId);
      if (!(await this.factors.turnOff(tx, userId))) throw notOn();
      await this.audit.record({ userId: actorId, ...entry, ...(ip !== undefined && { ipAddress: ip }) }, tx);
      await this.mails.send(tx, userId, 'two-factor-reset');
      return this.sessions.endAll(tx, userId);
    });
    this.sessions.announce(ended);
    this.bus.publish('user.changed', { userId });
  }
}
