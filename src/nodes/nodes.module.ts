import { Global, Module } from '@nestjs/common';
import { NodeAuthenticator } from '../common/access/principal-resolver.js';

@Global()
@Module({ providers: [{ provide: NodeAuthenticator, useValue: {} }], exports: [NodeAuthenticator] })
export class NodesModule {}
