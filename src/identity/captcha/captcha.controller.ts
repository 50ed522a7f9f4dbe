import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access/decorators.js';
import { Feature } from '../../common/features/feature.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { Captcha } from './captcha.service.js';
import { AudioCaptchaResponse, CaptchaResponse, InvisibleCaptchaResponse } from './dto/captcha.dto.js';

@ApiTags('Captcha')
@Public()
@Controller('api/auth/captcha')
export class CaptchaController {
  constructor(private readonly captcha: Captcha) {}

  /** Get a picture of a small sum to solve */
  @Get()
  @Feature('captcha')
  @RateLimited('captcha')
  picture(): Promise<CaptchaResponse> {
    return this.captcha.picture();
  }

  /**
   * Get three digits as counted beeps, for who cannot see the picture
   *
   * Three groups of one to six beeps with pauses between them; the answer is the three numbers in one, like 351.
   */
  @Get('audio')
  @Feature('captcha')
  @RateLimited('captcha')
  sound(): Promise<AudioCaptchaResponse> {
    return this.captcha.sound();
  }

  /** Get a token that shows how long a form was open */
  @Get('invisible')
  @Feature('captchaInvisible')
  @RateLimited('captcha')
  invisible(): Promise<InvisibleCaptchaResponse> {
    return this.captcha.invisible();
  }
}
