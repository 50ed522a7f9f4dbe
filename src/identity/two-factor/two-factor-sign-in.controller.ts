import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ClientAddress, Public } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { LoginResponse } from '../sign-in/dto/sign-in.dto.js';
import { TempTokenDto, VerifyLoginDto } from './dto/two-factor-sign-in.dto.js';
import { TwoFactorSignIn } from './two-factor-sign-in.service.js';

@ApiTags('Two-factor sign-in')
@Public()
@Controller('api/auth/2fa')
export class TwoFactorSignInController {
  constructor(private readonly signIn: TwoFactorSignIn) {}

  /**
   * Get a code by mail
   *
   * For a sign-in that waits for its second factor. The code is good for five minutes; a new one replaces it. At most one
   * in five seconds and five for a sign-in.
   */
  @Post('send-email')
  @HttpCode(200)
  @RateLimited('twoFactorEmail')
  @ApiErrors(400)
  sendCode(@Body() body: TempTokenDto): Promise<SuccessResponse> {
    return this.signIn.sendCode(body.tempToken);
  }

  /**
   * Sign in with the second factor
   *
   * Takes the `tempToken` of the sign-in and a code of the app (`token`), of a mail (`emailCode`) or a backup code; all
   * that are sent must be right. Codes work once, five wrong mailed ones end the sign-in. Too many wrong ones lock the
   * second factor of the account for a while (429).
   */
  @Post('verify-login')
  @HttpCode(200)
  @RateLimited('twoFactorLogin')
  @ApiErrors(400, 401, 403)
  verify(
    @Body() body: VerifyLoginDto,
    @ClientAddress() ip: string,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoginResponse> {
    return this.signIn.verify(body, { ip, headers, response });
  }
}
