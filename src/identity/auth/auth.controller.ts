import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Get, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, refs } from '@nestjs/swagger';
import type { Response } from 'express';
import { Authenticated, Caller, ClientAddress, Public } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { LoginResponse, TwoFactorRequiredResponse } from '../sign-in/dto/sign-in.dto.js';
import { Auth } from './auth.service.js';
import { CsrfTokenResponse, LoginDto, SessionResponse } from './dto/login.dto.js';
import { Login } from './login.service.js';

@ApiTags('Authentication')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly auth: Auth,
    private readonly logins: Login,
  ) {}

  /**
   * Sign in with e-mail and password
   *
   * Answers the session token and, to pages of trusted origins, sets it as an HttpOnly cookie too. An account with
   * two-factor sign-in gets `twoFactorRequired` and a `tempToken` for `POST /api/auth/2fa/verify-login` instead. After
   * five wrong passwords an address is locked out of the account for 15 minutes (429).
   */
  @Public()
  @Post('login')
  @HttpCode(200)
  @RateLimited('login')
  @ApiExtraModels(LoginResponse, TwoFactorRequiredResponse)
  @ApiOkResponse({ schema: { oneOf: refs(LoginResponse, TwoFactorRequiredResponse) } })
  @ApiErrors(400, 401, 403)
  login(
    @Body() body: LoginDto,
    @ClientAddress() ip: string,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoginResponse | TwoFactorRequiredResponse> {
    return this.logins.withPassword(body, { ip, headers, response });
  }

  /**
   * Sign out
   *
   * Ends the calling session and clears its cookie; does nothing for API keys.
   */
  @Authenticated()
  @Post('logout')
  @HttpCode(200)
  logout(
    @Caller() caller: UserPrincipal,
    @ClientAddress() ip: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SuccessResponse> {
    return this.auth.logout(caller, ip, response);
  }

  /** Who is signed in */
  @Authenticated()
  @Get('session')
  session(@Caller() caller: UserPrincipal): Promise<SessionResponse> {
    return this.auth.session(caller);
  }

  /**
   * The CSRF token of the session
   *
   * For the header `x-csrf-token` of unsafe requests that authenticate by cookie. API keys need none and get 401.
   */
  @Authenticated()
  @Get('csrf-token')
  csrfToken(@Caller() caller: UserPrincipal): CsrfTokenResponse {
    return this.auth.csrfToken(caller);
  }
}
