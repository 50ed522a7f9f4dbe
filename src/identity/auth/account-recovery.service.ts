import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import { EmailVerification } from '../email-verification/email-verification.service.js';
import type { PasswordResetConfirmDto } from './dto/password-reset.dto.js';
import type { ResendVerificationResponse } from './dto/verify-email.dto.js';
import { EmailRestore } from './email-restore.service.js';
import { PasswordReset } from './password-reset.service.js';

/** What goes through a person's mailbox: a forgotten password and an address to verify. */
@Injectable()
export class AccountRecovery {
  constructor(
    private readonly reset: PasswordReset,
    private readonly verification: EmailVerification,
    private readonly restoring: EmailRestore,
  ) {}

  async requestReset(email: string): Promise<SuccessResponse> {
    await this.reset.request(email);
    return SUCCESS;
  }

  async confirmReset(body: PasswordResetConfirmDto, ip: string): Promise<SuccessResponse> {
    await this.reset.confirm(body, ip);
    return SUCCESS;
  }

  async followLink(token: string): Promise<{ url: string; statusCode: number }> {
    return { url: await this.verification.confirmByLink(token), statusCode: 302 };
  }

  async restoreEmail(token: string, ip: string): Promise<{ url: string; statusCode: number }> {
    return { url: await this.restoring.byLink(token, ip), statusCode: 302 };
  }

  async confirmCode(caller: UserPrincipal, code: string): Promise<SuccessResponse> {
    await this.verification.confirmByCode(caller, code);
    return SUCCESS;
  }

  async resend(caller: UserPrincipal): Promise<ResendVerificationResponse> {
    return (await this.verification.resend(caller)) ? SUCCESS : { success: true, message: 'Already verified' };
  }
}
