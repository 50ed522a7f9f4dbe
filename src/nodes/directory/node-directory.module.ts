import { Module } from '@nestjs/common';
import { NodeDirectory } from './node-directory.js';
import { NodeSecrets } from './node-secrets.js';

@Module({ providers: [NodeDirectory, NodeSecrets], exports: [NodeDirectory, NodeSecrets] })
export class NodeDirectoryModule {}
