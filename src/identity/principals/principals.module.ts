import { Module } from '@nestjs/common';
import { PrincipalResolver } from '../../common/access/principal-resolver.js';
import { Identities } from './identities.js';
import { LastUse } from './last-use.js';
import { PanelPrincipalResolver } from './panel-principal-resolver.js';
import { SessionTokenStrategy } from './session-token.strategy.js';
import { SessionTokens } from './session-tokens.js';

/** Who is calling, from memory. */
@Module({
  providers: [
    Identities,
    LastUse,
    SessionTokens,
    SessionTokenStrategy,
    { provide: PrincipalResolver, useClass: PanelPrincipalResolver },
  ],
  exports: [Identities, LastUse, SessionTokens, PrincipalResolver],
})
export class PrincipalsModule {}
