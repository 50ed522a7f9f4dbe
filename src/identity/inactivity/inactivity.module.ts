import { Module } from '@nestjs/common';
import { InactiveAccounts } from './inactive-accounts.service.js';
import { Returns } from './returns.js';

/** Accounts that nobody uses any more: told so, deleted after a grace period, kept when somebody comes back. */
@Module({ providers: [InactiveAccounts, Returns], exports: [Returns] })
export class InactivityModule {}
