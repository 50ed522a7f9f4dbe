import { Module } from '@nestjs/common';
import { NodeDirectory } from './node-directory.js';
import { NodeSecrets } from './node-secrets.js';
import { TokenHandover } from './token-handover.js';

@Module({
  providers: [NodeDirectory, NodeSecrets, TokenHandover],
  exports: [NodeDirectory, NodeSecrets, TokenHandover],
})
export class NodeDirectoryModule {}
