import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AccessDeclarations } from './access-declarations.js';
import { CsrfProtection } from './csrf.js';
import { RouteInventory } from './route-inventory.js';

@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [AccessDeclarations, CsrfProtection, RouteInventory],
  exports: [CsrfProtection, RouteInventory],
})
export class AccessModule {}
