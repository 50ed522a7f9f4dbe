import { Controller, Get, HttpCode, Param, Post, Query, Redirect, Req } from '@nestjs/common';
import { ApiFoundResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Caller, Public, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RedirectResponse } from '../dto/redirect.dto.js';
import { ApiLeadsTo, clientOf, leadTo, redirects } from '../sign-in/redirects.js';
import { ExternalCallbackQuery, ExternalProviderResponse } from './dto/external-sign-in.dto.js';
import { ExternalSignIn } from './external-sign-in.service.js';

@ApiTags('External sign-in')
@Controller('api/auth')
export class ExternalSignInController {
  constructor(private readonly signIns: ExternalSignIn) {}

  /** List where people may sign in with an account of somewhere else */
  @Public()
  @Get('providers')
  providers(): ExternalProviderResponse[] {
    return this.signIns.list();
  }

  /**
   * Begin to sign in with a provider
   *
   * Go on to `redirect` in the same browser, within ten minutes.
   */
  @Public()
  @Get('external/:provider/start')
  @RateLimited('externalSignIn')
  @ApiLeadsTo()
  @ApiErrors(404, 503)
  async start(@Param('provider') provider: string, @Req() request: Request): Promise<RedirectResponse> {
    return leadTo(await this.signIns.start(provider, clientOf(request)), request);
  }

  /**
   * Begin to link an account of a provider to one's own
   *
   * Go on to `redirect` in the same browser, within ten minutes.
   */
  @SessionOnly()
  @Post('external/:provider/start')
  @HttpCode(200)
  @RateLimited('externalSignIn')
  @ApiErrors(404, 503)
  async startLink(
    @Param('provider') provider: string,
    @Caller() caller: UserPrincipal,
    @Req() request: Request,
  ): Promise<RedirectResponse> {
    return { redirect: await this.signIns.start(provider, clientOf(request), caller) };
  }

  /**
   * Come back from a provider
   *
   * The provider sends the browser here. It goes on to the dashboard, signed in by the cookie, or with
   * `externalError=<code>` to the page where it began.
   */
  @Public()
  @Get('external/:provider/callback')
  @Redirect()
  @RateLimited('externalSignIn')
  @ApiFoundResponse(redirects('On to the dashboard, or back with `externalError`.'))
  @ApiErrors(400, 404)
  async finish(
    @Param('provider') provider: string,
    @Query() query: ExternalCallbackQuery,
    @Req() request: Request,
  ): Promise<{ url: string; statusCode: number }> {
    return { url: await this.signIns.finish(provider, query, clientOf(request)), statusCode: 302 };
  }
}
