import { Body, Controller, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SuccessResponse } from '../dto/success.dto.js';
import {
  CurrentCodeDto,
  EnableTwoFactorDto,
  RecoveryCodesResponse,
  TwoFactorSetupResponse,
} from './dto/two-factor-settings.dto.js';
import { TwoFactorSettings } from './two-factor-settings.service.js';

/** The web client repeats what takes long; the codes are shown once, so it must get the same ones. */
const REPETITION = { implicitSeconds: 30 };

@ApiTags('Two-factor sign-in')
@SessionOnly()
@Controller('api/auth/2fa')
export class TwoFactorController {
  constructor(private readonly settings: TwoFactorSettings) {}

  /**
   * Get a seed for an authenticator app
   *
   * Nothing is turned on yet: prove the seed with `POST /api/auth/2fa/verify` within 15 minutes, from the same session.
   */
  @Get('setup')
  @Header('Cache-Control', 'no-store')
  setUp(@Caller() caller: UserPrincipal): Promise<TwoFactorSetupResponse> {
    return this.settings.setUp(caller);
  }

  /**
   * Turn two-factor sign-in on
   *
   * Answers ten backup codes, which are not shown again, and ends the other sessions. Where it is on already, a current
   * code in `currentToken` goes over to the new seed (409 without one).
   */
  @Post('verify')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RateLimited('twoFactorEnable')
  @Idempotent(REPETITION)
  @ApiErrors(400, 409)
  enable(
    @Caller() caller: UserPrincipal,
    @Body() body: EnableTwoFactorDto,
    @ClientAddress() ip: string,
  ): Promise<RecoveryCodesResponse> {
    return this.settings.enable(caller, body, ip);
  }

  /**
   * Turn two-factor sign-in off
   *
   * Ends the other sessions.
   */
  @Post('disable')
  @HttpCode(200)
  @RateLimited('twoFactorDisable')
  @ApiErrors(400, 409)
  disable(
    @Caller() caller: UserPrincipal,
    @Body() body: CurrentCodeDto,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.settings.disable(caller, body.token, ip);
  }

  /**
   * Get ten new backup codes
   *
   * The old ones are of no use any more.
   */
  @Post('recovery-codes')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RateLimited('twoFactorRecoveryCodes')
  @Idempotent(REPETITION)
  @ApiErrors(400, 409)
  replaceBackupCodes(
    @Caller() caller: UserPrincipal,
    @Body() body: CurrentCodeDto,
    @ClientAddress() ip: string,
  ): Promise<RecoveryCodesResponse> {
    return this.settings.replaceBackupCodes(caller, body.token, ip);
  }
}
