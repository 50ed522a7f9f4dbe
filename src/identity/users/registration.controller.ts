import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { ClientAddress, Public } from '../../common/access/decorators.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Feature } from '../../common/features/feature.js';
import { Idempotent } from '../../common/idempotency/idempotency.interceptor.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { RegisterDto } from './dto/register.dto.js';
import { UserResultResponse } from './dto/user-response.dto.js';
import { RegistrationGuard } from './registration.guard.js';
import { Registration } from './registration.service.js';

const EXAMPLE = { email: 'ada@example.com', password: 'Correct-Horse-7', firstName: 'Ada', lastName: 'Lovelace' };

@ApiTags('Users')
@Controller('api/users')
export class RegistrationController {
  constructor(private readonly registration: Registration) {}

  /**
   * Register an account
   *
   * Sends a mail with a link and a code that verify the address. Signing in is a step of its own. People of a country
   * with level 5 in the setting `geoBlockCountries` may not register: 403.
   */
  @Public()
  @Post('register')
  @ApiBody({ type: RegisterDto, examples: { necessary: { value: EXAMPLE } } })
  @HttpCode(200)
  @Feature('registration')
  @RateLimited('register')
  @Idempotent()
  @UseGuards(RegistrationGuard)
  @ApiErrors(400, 403, 409)
  register(@Body() body: RegisterDto, @ClientAddress() ip: string): Promise<UserResultResponse> {
    return this.registration.register(body, ip);
  }
}
