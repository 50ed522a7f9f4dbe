import { Module } from '@nestjs/common';
import { ChallengesModule } from '../challenges/challenges.module.js';
import { CaptchaController } from './captcha.controller.js';
import { Captcha } from './captcha.service.js';

@Module({ imports: [ChallengesModule], controllers: [CaptchaController], providers: [Captcha], exports: [Captcha] })
export class CaptchaModule {}
