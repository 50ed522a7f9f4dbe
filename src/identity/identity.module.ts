import { Global, Module } from '@nestjs/common';
import { PrincipalResolver } from '../common/access/principal-resolver.js';

@Global()
@Module({ providers: [{ provide: PrincipalResolver, useValue: {} }], exports: [PrincipalResolver] })
export class IdentityModule {}
