import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Database } from '../../prisma/database.js';
import { SERVER_ACCESS } from './server-access.sql.js';
import type { AccessRow } from './server-access.sql.js';
import { ServerScope } from './server-scope.js';
import type { ServerCaller, ServerFacts } from './server-scope.js';
import { suspensionOf } from './server-suspension.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAXIMUM_ENTRIES = 20_000;
/** Changes arrive by event; the lifetime only bounds the harm of a lost one. */
const LIFETIME_MS = 300_000;

/**
 * Who may do what with which server. Answers come from memory: what was looked up once costs no query until the owner,
 * a subuser entry, a suspension or the existence of the server changes.
 */
@Injectable()
export class ServerAccess {
  /** `<user id>:<server uuid>` to the facts; null when there is no such server. */
  private readonly cache = new PushCache<string, { facts: ServerFacts | null }>(
    { maximum: MAXIMUM_ENTRIES, lifetimeMs: LIFETIME_MS },
    (key) => this.load(key),
  );

  constructor(
    private readonly database: Database,
    bus: EventBus,
  ) {
    bus.on('server.access_changed', ({ serverUuid }) => {
      this.cache.invalidateWhere((_, key) => key.endsWith(serverUuid));
    });
    bus.on('user.changed', ({ userId }) => {
      this.cache.invalidateWhere((_, key) => key.startsWith(`${userId}:`));
    });
    bus.on('node.changed', ({ nodeId }) => {
      this.cache.invalidateWhere(({ facts }) => facts?.nodeId === nodeId);
    });
    bus.on('bus.reconnected', () => this.cache.clear());
  }

  /** The caller's access, or undefined when there is no such server for him. */
  async of(principal: UserPrincipal, serverUuid: string): Promise<ServerScope | undefined> {
    return this.forCaller(principal, serverUuid);
  }

  /**
   * The same for an account that did not come through the HTTP guards (SFTP logins).
   * @param caller its id and what its assigned roles grant.
   */
  async forCaller(caller: ServerCaller, serverUuid: string): Promise<ServerScope | undefined> {
    const uuid = serverUuid.toLowerCase();
    if (!UUID.test(uuid) || caller.boundServers?.has(uuid) === false) return undefined;
    const key = `${caller.userId}:${uuid}`;
    const { facts } = await this.cache.get(key);
    if (facts === null) {
      // Made-up uuids must not push real entries out of memory.
      this.cache.invalidate(key);
      return undefined;
    }
    if (caller.boundOrganisation !== undefined && caller.boundOrganisation !== facts.organisationId) return undefined;
    const scope = new ServerScope(facts, caller);
    return scope.relation === undefined ? undefined : scope;
  }

  /** @throws PanelError 404 `Server not found`: also when it belongs to somebody else. */
  async require(principal: UserPrincipal, serverUuid: string): Promise<ServerScope> {
    const scope = await this.of(principal, serverUuid);
    if (scope === undefined) throw notFound('Server not found', 'servers.not_found');
    return scope;
  }

  private async load(key: string): Promise<{ facts: ServerFacts | null }> {
    const [userId, uuid] = key.split(':');
    const [row] = await this.database.query<AccessRow>(SERVER_ACCESS, [uuid, Number(userId)]);
    if (row === undefined) return { facts: null };
    const { nodeId, ownerId, organisationId, subuserPermissions } = row;
    return {
      facts: { uuid: row.uuid, nodeId, ownerId, organisationId, suspension: suspensionOf(row), subuserPermissions },
    };
  }
}
