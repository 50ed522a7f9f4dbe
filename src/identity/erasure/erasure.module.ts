import { Global, Module } from '@nestjs/common';
import { AccountErasure } from './account-erasure.js';

/** Global: every area that keeps something of accounts registers there how to remove it. */
@Global()
@Module({ providers: [AccountErasure], exports: [AccountErasure] })
export class ErasureModule {}
