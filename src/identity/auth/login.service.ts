import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import type { LoginResponse, TwoFactorRequiredResponse } from '../sign-in/dto/sign-in.dto.js';
import { SignIn } from '../sign-in/sign-in.service.js';
import type { ProvedAccount, SignInClient } from '../sign-in/sign-in.service.js';
import { AccountCredentials } from './account-credentials.js';
import type { LoginDto } from './dto/login.dto.js';
import { LoginLockout } from './login-lockout.js';

/** Signs people in with their password; what follows it is the same for every first factor. */
@Injectable()
export class Login {
  constructor(
    private readonly credentials: AccountCredentials,
    private readonly lockout: LoginLockout,
    private readonly signIn: SignIn,
    private readonly audit: AuditLog,
  ) {}

  /** @throws PanelError 401 for an unknown address and a wrong password alike, 403 when suspended, 429 while locked. */
  async withPassword(body: LoginDto, client: SignInClient): Promise<LoginResponse | TwoFactorRequiredResponse> {
    const proved = await this.provePassword(body, client);
    return this.signIn.afterFirstFactor(proved, 'password', client, 'login');
  }

  private async provePassword({ email, password }: LoginDto, { ip }: SignInClient): Promise<ProvedAccount> {
    await this.lockout.assertOpen(email, ip);
    const proved = await this.credentials.provePassword(email, password);
    if (proved === undefined) {
      await this.refuse(email, ip);
      throw unauthorized('Invalid credentials', 'auth.invalid_credentials');
    }
    await this.lockout.clear(email, ip);
    return proved;
  }

  /** Writes the same for unknown addresses, so that the time tells nothing; but not what was typed. */
  private async refuse(email: string, ip: string): Promise<void> {
    await this.lockout.failed(email, ip);
    const userId = await this.credentials.idOf(email);
    await this.audit.record({ userId: userId ?? null, action: 'login_failed', ipAddress: ip });
  }
}
