import { Injectable } from '@nestjs/common';
import { assertNotFrozen } from '../../common/access/access.guard.js';
import { CsrfProtection } from '../../common/access/csrf.js';
import { UserPrincipal } from '../../common/access/principal.js';
import type { Account } from '../../common/access/principal.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import type { AuthMethod } from '../../generated/prisma/enums.js';
import { Identities } from '../principals/identities.js';
import { SessionTokens } from '../principals/session-tokens.js';
import { Sessions } from '../sessions/sessions.service.js';
import type { SessionClient } from '../sessions/sessions.service.js';
import { toSessionUser } from '../users/user.mapper.js';
import { AccountCredentials } from './account-credentials.js';
import type { LoginDto, LoginResponse } from './dto/login.dto.js';
import { LoginLockout } from './login-lockout.js';

/** Signs people in: first factor, then (when the account has one) a second, then the session. */
@Injectable()
export class Login {
  constructor(
    private readonly credentials: AccountCredentials,
    private readonly lockout: LoginLockout,
    private readonly sessions: Sessions,
    private readonly tokens: SessionTokens,
    private readonly csrf: CsrfProtection,
    private readonly identities: Identities,
    private readonly audit: AuditLog,
  ) {}

  /** @throws PanelError 401 for an unknown address and a wrong password alike, 403 when suspended, 429 while locked. */
  async withPassword(body: LoginDto, client: SessionClient): Promise<LoginResponse> {
    const account = await this.provePassword(body, client);
    // An account with a second factor stops here: its answer is a pending token, and `signIn` follows the factor.
    return this.signIn(account, 'password', client, 'login');
  }

  /** What every way of signing in ends with. `action` is the word of the activity log. */
  async signIn(account: Account, method: AuthMethod, client: SessionClient, action: string): Promise<LoginResponse> {
    const sessionId = await this.sessions.open(account.id, method, client, action);
    const principal = new UserPrincipal(account, { kind: 'session', sessionId });
    return {
      token: this.tokens.sign({ userId: account.id, sessionId }),
      csrfToken: this.csrf.tokenFor(sessionId),
      user: toSessionUser(await this.identities.account(account.id), principal),
    };
  }

  private async provePassword({ email, password }: LoginDto, { ip }: SessionClient): Promise<Account> {
    await this.lockout.assertOpen(email, ip);
    const account = await this.credentials.verifyPassword(email, password);
    if (account === undefined) {
      await this.refuse(email, ip);
      throw unauthorized('Invalid credentials', 'auth.invalid_credentials');
    }
    await this.lockout.clear(email, ip);
    // Only whoever knows the password learns that the account is suspended.
    assertNotFrozen(new UserPrincipal(account, { kind: 'session', sessionId: '' }));
    return account;
  }

  /** Writes the same for unknown addresses, so that the time tells nothing; but not what was typed. */
  private async refuse(email: string, ip: string): Promise<void> {
    await this.lockout.failed(email, ip);
    const userId = await this.credentials.idOf(email);
    await this.audit.record({ userId: userId ?? null, action: 'login_failed', ipAddress: ip });
  }
}
