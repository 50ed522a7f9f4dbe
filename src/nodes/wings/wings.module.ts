import { Module } from '@nestjs/common';
import { NodeDirectoryModule } from '../directory/node-directory.module.js';
import { AddressGuard } from './address-guard.js';
import { WingsTokens } from './wings-tokens.js';
import { Wings } from './wings.service.js';

@Module({
  imports: [NodeDirectoryModule],
  providers: [AddressGuard, Wings, WingsTokens],
  exports: [AddressGuard, Wings, WingsTokens],
})
export class WingsModule {}
