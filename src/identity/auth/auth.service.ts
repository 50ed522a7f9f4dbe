import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { CsrfProtection } from '../../common/access/csrf.js';
import type { UserPrincipal } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { GeoBlock } from '../geo-block/geo-block.service.js';
import { Identities } from '../principals/identities.js';
import { Sessions } from '../sessions/sessions.service.js';
import { SessionCookie } from '../sign-in/session-cookie.js';
import { toSessionUser } from '../users/user.mapper.js';
import type { CsrfTokenResponse, SessionResponse } from './dto/login.dto.js';

/** The browser's side of a session: its cookie, its CSRF header, what it knows of the account. */
@Injectable()
export class Auth {
  constructor(
    private readonly sessions: Sessions,
    private readonly identities: Identities,
    private readonly csrf: CsrfProtection,
    private readonly cookie: SessionCookie,
    private readonly audit: AuditLog,
    private readonly geoBlock: GeoBlock,
  ) {}

  /** Ends the calling session. An API key has none: then nothing happens. */
  async logout(caller: UserPrincipal, ip: string, response: Response): Promise<SuccessResponse> {
    const { sessionId, userId } = caller;
    if (sessionId === undefined) return SUCCESS;
    await this.sessions.revoke(userId, sessionId);
    await this.audit.record({ userId, action: 'logout', targetType: 'session', targetId: sessionId, ipAddress: ip });
    this.cookie.clear(response);
    return SUCCESS;
  }

  /** Answered from memory: the most used route of all. */
  async session(caller: UserPrincipal): Promise<SessionResponse> {
    const identity = await this.identities.account(caller.userId);
    return { user: toSessionUser(identity, caller, this.geoBlock.levelOf(identity.profile.billingCountry)) };
  }

  /** @throws PanelError 401 for a credential that has no session. */
  csrfToken({ sessionId }: UserPrincipal): CsrfTokenResponse {
    if (sessionId === undefined) throw unauthorized('Unauthorized');
    return { csrfToken: this.csrf.tokenFor(sessionId) };
  }
}
