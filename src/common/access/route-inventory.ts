import { Injectable, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { FEATURE_METADATA } from '../features/feature.js';
import type { FeatureName } from '../features/feature-table.js';
import { ACCESS_METADATA } from './access.js';
import type { Access } from './access.js';

const PATH_METADATA = 'path';
const METHOD_METADATA = 'method';

/** One handler of one controller, as it was registered. */
export interface Route {
  readonly method: string;
  /** With leading slash, parameters as `:name`. */
  readonly path: string;
  /** `Controller.method` */
  readonly handler: string;
  readonly access: Access | undefined;
  readonly feature: FeatureName | undefined;
}

/** Every route of the application, read from the controllers' decorators. */
@Injectable()
export class RouteInventory {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  routes(): Route[] {
    return this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (typeof metatype !== 'function' || typeof instance !== 'object' || instance === null) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => this.routesOf(metatype, prototype[name], name));
    });
  }

  private routesOf(controller: object & { readonly name: string }, handler: unknown, name: string): Route[] {
    if (typeof handler !== 'function') return [];
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const prefixes = toList(Reflect.getMetadata(PATH_METADATA, controller));
    const paths = toList(Reflect.getMetadata(PATH_METADATA, handler));
    const read = (key: string): unknown =>
      this.reflector.getAllAndOverride<unknown>(key, [handler as () => unknown, controller as never]);
    return prefixes.flatMap((prefix) =>
      paths.map((path) => ({
        method: RequestMethod[method],
        path: `/${[prefix, path]
          .flatMap((part) => part.split('/'))
          .filter(Boolean)
          .join('/')}`,
        handler: `${controller.name}.${name}`,
        access: read(ACCESS_METADATA) as Access | undefined,
        feature: read(FEATURE_METADATA) as FeatureName | undefined,
      })),
    );
  }
}

const toList = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : [typeof value === 'string' ? value : ''];
