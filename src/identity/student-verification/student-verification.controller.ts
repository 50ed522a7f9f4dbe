import { Controller, Get, Query, Redirect, Req } from '@nestjs/common';
import { ApiFoundResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Caller, Public, SessionOnly } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RedirectResponse } from '../dto/redirect.dto.js';
import { ApiLeadsTo, clientOf, leadTo, redirects } from '../sign-in/redirects.js';
import { StudentCallbackQuery } from './dto/student-verification.dto.js';
import { StudentVerification } from './student-verification.service.js';

@ApiTags('Student verification')
@Controller('api/auth/github')
export class StudentVerificationController {
  constructor(private readonly students: StudentVerification) {}

  /**
   * Begin to prove with GitHub that one is a student
   *
   * Go on to `redirect` in the same browser, within ten minutes. 503 when GitHub is not set up.
   */
  @SessionOnly()
  @Get('start')
  @RateLimited('externalSignIn')
  @ApiLeadsTo()
  @ApiErrors(503)
  async start(@Caller() caller: UserPrincipal, @Req() request: Request): Promise<RedirectResponse> {
    return leadTo(await this.students.start(caller, clientOf(request)), request);
  }

  /**
   * Come back from GitHub
   *
   * GitHub sends the browser here; it goes on to the panel with `studentVerified=1` or `0`.
   */
  @Public()
  @Get('callback')
  @Redirect()
  @RateLimited('externalSignIn')
  @ApiFoundResponse(redirects('On to the panel.'))
  @ApiErrors(400, 503)
  async finish(
    @Query() query: StudentCallbackQuery,
    @Req() request: Request,
  ): Promise<{ url: string; statusCode: number }> {
    return { url: await this.students.finish(query, clientOf(request)), statusCode: 302 };
  }
}
