import { Module } from '@nestjs/common';
import { NodeAuthenticator } from '../../common/access/principal-resolver.js';
import { NodeHealthModule } from '../health/node-health.module.js';
import { StoredNodeAuthenticator } from './stored-node-authenticator.js';

@Module({
  imports: [NodeHealthModule],
  providers: [{ provide: NodeAuthenticator, useClass: StoredNodeAuthenticator }],
  exports: [NodeAuthenticator],
})
export class NodeAuthenticationModule {}
