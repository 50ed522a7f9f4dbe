import { Module } from '@nestjs/common';
import { EmailVerificationModule } from '../email-verification/email-verification.module.js';
import { EmailChanges } from './email-changes.service.js';

@Module({ imports: [EmailVerificationModule], providers: [EmailChanges], exports: [EmailChanges] })
export class EmailChangeModule {}
