import { Module } from '@nestjs/common';
import { NodeAuthenticator } from '../../common/access/principal-resolver.js';
import { NodeDirectoryModule } from '../directory/node-directory.module.js';
import { NodeHealthModule } from '../health/node-health.module.js';
import { StoredNodeAuthenticator } from './stored-node-authenticator.js';

@Module({
  imports: [NodeDirectoryModule, NodeHealthModule],
  providers: [{ provide: NodeAuthenticator, useClass: StoredNodeAuthenticator }],
  exports: [NodeAuthenticator],
})
export class NodeAuthenticationModule {}
