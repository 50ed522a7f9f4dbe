import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { Identities } from '../principals/identities.js';
import { assertMayManage } from '../access/privilege.js';
import { ownOrPermitted } from '../access/target-user.js';
import type { RevokeAllSessionsDto, RevokeSessionDto, SessionListResponse } from './dto/sessions.dto.js';
import { Sessions } from './sessions.service.js';

/** Lists and ends sessions: one's own, with `admin:access` also those of others. */
@Injectable()
export class SessionAdministration {
  constructor(
    private readonly sessions: Sessions,
    private readonly identities: Identities,
    private readonly audit: AuditLog,
  ) {}

  async list(caller: UserPrincipal, reference: string): Promise<SessionListResponse> {
    const userId = await this.target(caller, reference);
    const rows = await this.sessions.list(userId);
    return {
      sessions: rows.map((row) => row.id),
      details: rows.map((row) => ({ ...row, current: row.id === caller.sessionId })),
    };
  }

  async revoke(caller: UserPrincipal, { userId, sessionId }: RevokeSessionDto, ip: string): Promise<SuccessResponse> {
    await this.target(caller, String(userId));
    if (!(await this.sessions.revoke(userId, sessionId))) {
      throw notFound('User or session not found', 'sessions.not_found');
    }
    await this.record(caller, userId, ip);
    return SUCCESS;
  }

  /** "Sign out elsewhere": the calling session stays, unless `includeCurrent` says otherwise. */
  async revokeAll(caller: UserPrincipal, body: RevokeAllSessionsDto, ip: string): Promise<SuccessResponse> {
    const userId = await this.target(caller, String(body.userId));
    await this.sessions.revokeAll(userId, body.includeCurrent === true ? undefined : caller.sessionId);
    await this.record(caller, userId, ip);
    return SUCCESS;
  }

  private async target(caller: UserPrincipal, reference: string): Promise<number> {
    const userId = ownOrPermitted(reference, caller, 'admin:access');
    if (userId === caller.userId) return userId;
    const identity = await this.identities.find(userId);
    if (identity === undefined) throw notFound('User not found', 'users.not_found');
    assertMayManage(caller, identity.account);
    return userId;
  }

  private record(caller: UserPrincipal, userId: number, ipAddress: string): Promise<void> {
    const entry = { action: 'session-revoked', targetType: 'user', targetId: userId, ipAddress } as const;
    return this.audit.record({ userId: caller.userId, ...entry });
  }
}
