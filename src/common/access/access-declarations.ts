import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { RouteInventory } from './route-inventory.js';

/** Stops the start when a route forgot to say who may call it. */
@Injectable()
export class AccessDeclarations implements OnApplicationBootstrap {
  constructor(private readonly inventory: RouteInventory) {}

  onApplicationBootstrap(): void {
    const undeclared = this.inventory.routes().filter((route) => route.access === undefined);
    if (undeclared.length === 0) return;
    const names = undeclared.map((route) => `${route.method} ${route.path} (${route.handler})`);
    throw new Error(`Routes without an access declaration:\n${names.join('\n')}`);
  }
}
