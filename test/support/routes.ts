import { DiscoveryService } from '@nestjs/core';
import { RouteInventory } from '../../src/common/access/route-inventory.js';
import type { Route } from '../../src/common/access/route-inventory.js';
import { operationOf } from './openapi/document.js';
import type { DocumentedOperation } from './openapi/document.js';
import type { TestPanel } from './panel.js';

/** `GET /api/servers/:id` */
export const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;

/** Every route of the panel in the order of its name, the one that answers what no other does left out. */
export function routesOf(panel: Pick<TestPanel, 'app'>): Route[] {
  const routes = panel.app.get(RouteInventory).routes();
  return routes.filter(({ method }) => method !== 'ALL').sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
}

/** The operation that documents a route; undefined when there is none for exactly its path. */
export function operationOfRoute({ method, path }: Route): DocumentedOperation | undefined {
  const template = path.replace(/:(\w+)/g, '{$1}');
  const found = operationOf(method, template);
  return found?.path === template ? found : undefined;
}

const ROUTE_ARGUMENTS = '__routeArguments__';
/** Nest's number for `@Body()` in the keys of that metadata, `<kind>:<position>`. */
const BODY_KIND = '3:';

/** Whether the handler of a route declares `@Body()`. */
export function takesBody(panel: Pick<TestPanel, 'app'>, route: Route): boolean {
  const [controller, method = ''] = route.handler.split('.');
  const owner = panel.app
    .get(DiscoveryService)
    .getControllers()
    .find(({ metatype }) => metatype?.name === controller)?.metatype;
  if (owner === undefined || owner === null) throw new Error(`No controller ${String(controller)}`);
  const parameters = (Reflect.getMetadata(ROUTE_ARGUMENTS, owner, method) ?? {}) as object;
  return Object.keys(parameters).some((key) => key.startsWith(BODY_KIND));
}

/** Values for the parameters of paths: by the parameter's name, or by a fixed segment before it. */
export type PathValues = Readonly<Record<string, string>>;

/**
 * The path with its parameters filled in: by their own name where that says what they are (`:permId`), else by what stands
 * before them (`servers` in `/api/servers/v1/:id`).
 * @throws for a parameter without a value, so that a new kind of id is noticed
 */
export function fillPath(path: string, values: PathValues): string {
  const filled: string[] = [];
  let before: string[] = [];
  for (const segment of path.split('/')) {
    if (!/^[:*]/.test(segment)) {
      before.push(segment);
      filled.push(segment);
      continue;
    }
    const name = segment.slice(1);
    const kind = [name, ...before.toReversed()].find((key) => values[key] !== undefined);
    if (kind === undefined) throw new Error(`No value for ${segment} of ${path}: say in routes.ts what it is`);
    filled.push(values[kind] ?? '');
    before = [];
  }
  return filled.join('/');
}

export const hasParameters = (route: Route): boolean => /[:*]/.test(route.path);

const NUMBER_OF_NOBODY = '999999';

/** Ids of every kind that nobody has. */
export const UNKNOWN_IDS: PathValues = {
  servers: '00000000-0000-4000-8000-000000000000',
  backups: '00000000-0000-4000-8000-000000000000',
  schedules: '00000000-0000-4000-8000-000000000000',
  webhooks: NUMBER_OF_NOBODY,
  deliveries: '00000000-0000-4000-8000-000000000000',
  jobs: 'nobody.nothing',
  // None that a daemon would be asked for.
  revisions: '0',
  shareId: '00000000-0000-4000-8000-000000000000',
  token: '0'.repeat(64),
  nodes: NUMBER_OF_NOBODY,
  eggs: NUMBER_OF_NOBODY,
  mounts: NUMBER_OF_NOBODY,
  'backup-configurations': NUMBER_OF_NOBODY,
  group: '00000000-0000-4000-8000-000000000000',
  mountId: NUMBER_OF_NOBODY,
  organisations: NUMBER_OF_NOBODY,
  org: NUMBER_OF_NOBODY,
  users: NUMBER_OF_NOBODY,
  userId: NUMBER_OF_NOBODY,
  apikeys: NUMBER_OF_NOBODY,
  'ssh-keys': NUMBER_OF_NOBODY,
  logs: NUMBER_OF_NOBODY,
  passkeys: NUMBER_OF_NOBODY,
  identities: NUMBER_OF_NOBODY,
  provider: 'nobody',
  subusers: NUMBER_OF_NOBODY,
  inviteId: NUMBER_OF_NOBODY,
  'deletion-requests': NUMBER_OF_NOBODY,
  deletions: NUMBER_OF_NOBODY,
  roles: NUMBER_OF_NOBODY,
  permId: NUMBER_OF_NOBODY,
  urId: NUMBER_OF_NOBODY,
  user: NUMBER_OF_NOBODY,
  operationId: '00000000-0000-4000-8000-000000000000',
  allocationId: NUMBER_OF_NOBODY,
  locations: NUMBER_OF_NOBODY,
  uploads: 'avatar_user_999999_0123456789abcdef.webp',
  'id-verification': NUMBER_OF_NOBODY,
  verifications: NUMBER_OF_NOBODY,
  'id-docs': '999999-selfie-00000000-0000-4000-8000-000000000000.png',
  ownerId: NUMBER_OF_NOBODY,
  documentId: '00000000-0000-4000-8000-000000000000',
  document: 'document_1_Nothing_00000000.pdf',
  notifications: NUMBER_OF_NOBODY,
  'export-jobs': '00000000-0000-4000-8000-000000000000',
  'export-shares': '0'.repeat(64),
  rollouts: NUMBER_OF_NOBODY,
  feedback: NUMBER_OF_NOBODY,
};
