import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Caller, ClientAddress, Public, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RowIdPipe } from '../access/row-id.pipe.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { LoginResponse } from '../sign-in/dto/sign-in.dto.js';
import {
  PasskeyRegistrationOptionsResponse,
  PasskeyResponse,
  PasskeySignInOptionsResponse,
  RegisteredPasskeyResponse,
  RenamedPasskeyResponse,
} from './dto/passkey-responses.dto.js';
import {
  PasskeySignInChallengeDto,
  PasskeySignInDto,
  RegisterPasskeyDto,
  RenamePasskeyDto,
} from './dto/passkeys.dto.js';
import { PasskeyRegistration } from './passkey-registration.service.js';
import { PasskeySignIn } from './passkey-sign-in.service.js';
import { Passkeys } from './passkeys.service.js';

const PASSKEY_ID = new RowIdPipe('Passkey not found');

@ApiTags('Passkeys')
@Controller('api/auth')
export class PasskeysController {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly registration: PasskeyRegistration,
    private readonly signIns: PasskeySignIn,
  ) {}

  /** Begin to add a passkey to one's own account */
  @SessionOnly()
  @Post('passkey/register-challenge')
  @HttpCode(200)
  registerChallenge(
    @Caller() caller: UserPrincipal,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<PasskeyRegistrationOptionsResponse> {
    return this.registration.challenge(caller, headers);
  }

  /**
   * Add a passkey
   *
   * Answers the challenge, within five minutes and once. The authenticator must verify its user. At most 25 an account.
   */
  @SessionOnly()
  @Post('passkey/register')
  @HttpCode(200)
  @Idempotent()
  @ApiErrors(400, 409)
  register(
    @Caller() caller: UserPrincipal,
    @Body() body: RegisterPasskeyDto,
    @ClientAddress() ip: string,
  ): Promise<RegisteredPasskeyResponse> {
    return this.registration.register(caller, body, ip);
  }

  /**
   * Begin to sign in by passkey
   *
   * With an e-mail address the passkeys of its account are named (for any address at least one, so that the answer does
   * not tell who is registered); without one the authenticator offers what it holds.
   */
  @Public()
  @Post('passkey/authenticate-challenge')
  @ApiBody({ type: PasskeySignInChallengeDto, required: false })
  @HttpCode(200)
  @RateLimited('passkeyChallenge')
  @ApiErrors(400)
  authenticateChallenge(
    @Body() body: PasskeySignInChallengeDto,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<PasskeySignInOptionsResponse> {
    return this.signIns.challenge(body.email, { headers });
  }

  /**
   * Sign in by passkey
   *
   * Answers like a sign-in with password; a second factor is not asked. A challenge is good once, for five minutes.
   */
  @Public()
  @Post('passkey/authenticate')
  @HttpCode(200)
  @RateLimited('passkeySignIn')
  @ApiErrors(400, 401, 403)
  authenticate(
    @Body() body: PasskeySignInDto,
    @ClientAddress() ip: string,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoginResponse> {
    return this.signIns.authenticate(body, { ip, headers, response });
  }

  /** List one's own passkeys, oldest first */
  @SessionOnly()
  @Get('passkeys')
  list(@Caller() caller: UserPrincipal): Promise<PasskeyResponse[]> {
    return this.passkeys.list(caller);
  }

  /** Rename a passkey */
  @SessionOnly()
  @Put('passkeys/:id')
  @ApiErrors(400, 404)
  rename(
    @Caller() caller: UserPrincipal,
    @Param('id', PASSKEY_ID) id: number,
    @Body() body: RenamePasskeyDto,
  ): Promise<RenamedPasskeyResponse> {
    return this.passkeys.rename(caller, id, body.name);
  }

  /**
   * Delete a passkey
   *
   * Not the last way to sign in: 409.
   */
  @SessionOnly()
  @Delete('passkeys/:id')
  @ApiErrors(404, 409)
  delete(
    @Caller() caller: UserPrincipal,
    @Param('id', PASSKEY_ID) id: number,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.passkeys.delete(caller, id, ip);
  }
}
