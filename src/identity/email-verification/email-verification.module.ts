import { Module } from '@nestjs/common';
import { PrincipalsModule } from '../principals/principals.module.js';
import { EmailTokens } from './email-tokens.js';
import { EmailVerification } from './email-verification.service.js';

@Module({
  imports: [PrincipalsModule],
  providers: [EmailTokens, EmailVerification],
  exports: [EmailTokens, EmailVerification],
})
export class EmailVerificationModule {}
