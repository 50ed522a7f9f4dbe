import { Body, Controller, Get, HttpCode, Post, Query, Redirect } from '@nestjs/common';
import { ApiFoundResponse, ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, Public, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { AccountRecovery } from './account-recovery.service.js';
import { PasswordResetConfirmDto, PasswordResetRequestDto } from './dto/password-reset.dto.js';
import { ResendVerificationResponse, VerifyEmailCodeDto, VerifyEmailLinkQuery } from './dto/verify-email.dto.js';

@ApiTags('Authentication')
@Controller('api/auth')
export class AccountRecoveryController {
  constructor(private readonly recovery: AccountRecovery) {}

  /**
   * Ask for a link that resets the password
   *
   * The answer is the same whether the account exists or not.
   */
  @Public()
  @Post('password-reset/request')
  @HttpCode(200)
  @RateLimited('passwordResetRequest')
  @ApiErrors(400)
  requestReset(@Body() body: PasswordResetRequestDto): Promise<SuccessResponse> {
    return this.recovery.requestReset(body.email);
  }

  /**
   * Choose a new password with the mailed link
   *
   * Ends every session of the account. The link works once, for an hour.
   */
  @Public()
  @Post('password-reset/confirm')
  @HttpCode(200)
  @RateLimited('passwordResetConfirm')
  @ApiErrors(400)
  confirmReset(@Body() body: PasswordResetConfirmDto, @ClientAddress() ip: string): Promise<SuccessResponse> {
    return this.recovery.confirmReset(body, ip);
  }

  /** Follow the mailed link that verifies the address */
  @Public()
  @Get('verify-email')
  @Redirect()
  @RateLimited('verifyEmailLink')
  @ApiFoundResponse({
    description: 'The address is verified; the browser goes on to the dashboard.',
    headers: { Location: { schema: { type: 'string' } } },
    content: { 'text/plain': { schema: { type: 'string' } }, 'text/html': { schema: { type: 'string' } } },
  })
  @ApiErrors(400)
  followLink(@Query() query: VerifyEmailLinkQuery): Promise<{ url: string; statusCode: number }> {
    return this.recovery.followLink(query.token);
  }

  /**
   * Follow the mailed link that puts the earlier address back
   *
   * Within 48 hours of a change. Ends every session of the account. 409 when somebody else has the address by now.
   */
  @Public()
  @Get('restore-email')
  @Redirect()
  @RateLimited('restoreEmail')
  @ApiFoundResponse({
    description: 'The earlier address is back; the browser goes on to the dashboard.',
    headers: { Location: { schema: { type: 'string' } } },
    content: { 'text/plain': { schema: { type: 'string' } }, 'text/html': { schema: { type: 'string' } } },
  })
  @ApiErrors(400, 409)
  restoreEmail(
    @Query() query: VerifyEmailLinkQuery,
    @ClientAddress() ip: string,
  ): Promise<{ url: string; statusCode: number }> {
    return this.recovery.restoreEmail(query.token, ip);
  }

  /** Verify the address with the mailed code */
  @SessionOnly()
  @Post('verify-email')
  @HttpCode(200)
  @RateLimited('verifyEmailCode')
  @ApiErrors(400)
  confirmCode(@Caller() caller: UserPrincipal, @Body() body: VerifyEmailCodeDto): Promise<SuccessResponse> {
    return this.recovery.confirmCode(caller, body.code);
  }

  /** Send the verification mail again */
  @SessionOnly()
  @Post('resend-verification')
  @HttpCode(200)
  @RateLimited('resendVerification')
  resend(@Caller() caller: UserPrincipal): Promise<ResendVerificationResponse> {
    return this.recovery.resend(caller);
  }
}
