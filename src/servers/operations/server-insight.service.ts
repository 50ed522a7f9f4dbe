import { Injectable } from '@nestjs/common';
import { notFound } from '../../common/errors/panel-error.js';
import { NodeHealth } from '../../nodes/health/node-health.service.js';
import { Database } from '../../prisma/database.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import type { ServerObject } from '../configuration/dto/server-object.dto.js';
import { ServerConfiguration } from '../configuration/server-configuration.service.js';
import { eggVariables, hiddenNames } from '../variables/egg-variable.js';
import { without } from '../variables/environment.js';
import type { ServerResources } from '../states/dto/resources.dto.js';
import { ServerStates } from '../states/server-states.service.js';
import type { ActivityQuery, LogsQuery, ServerActivityEntry, ServerStats } from './dto/operations.dto.js';
import { SERVER_ACTIVITY } from './activity.sql.js';
import { ServerConsole } from './server-console.service.js';
import { toStats } from './stats.mapper.js';

const DEFAULT_ENTRIES = 50;

/** What a server uses and what was done with it. */
@Injectable()
export class ServerInsight {
  constructor(
    private readonly prisma: PrismaService,
    private readonly database: Database,
    private readonly health: NodeHealth,
    private readonly states: ServerStates,
    private readonly configuration: ServerConfiguration,
    private readonly console: ServerConsole,
  ) {}

  /** What the node tells now, else what it told last: a node that is away is no error. */
  async stats({ uuid, nodeId }: ServerScope): Promise<ServerStats> {
    const server = await this.prisma.server.findUnique({
      where: { uuid },
      select: { state: true, resources: true, stateAt: true },
    });
    if (server === null) throw notFound('Server not found', 'servers.not_found');
    const last = {
      state: server.state,
      resources: server.resources as unknown as ServerResources | null,
      at: server.stateAt,
    };
    const listing = this.health.isHealthy(nodeId) ? await this.states.fresh(nodeId) : undefined;
    const now = listing?.get(uuid);
    return toStats(last, now === undefined ? undefined : { ...now, at: new Date() });
  }

  /** What the daemon is told; without what the egg hides from users, in files that it writes too. */
  async configurationOf(scope: ServerScope): Promise<ServerObject> {
    const object = await this.configuration.one(scope.nodeId, scope.uuid);
    if (scope.isStaff) return object;
    const server = await this.prisma.server.findUnique({
      where: { uuid: scope.uuid },
      select: { egg: { select: { envVars: true } } },
    });
    const environment = without(object.settings.environment, hiddenNames(eggVariables(server?.egg.envVars)));
    return {
      ...object,
      settings: { ...object.settings, environment },
      process_configuration: { ...object.process_configuration, configs: [] },
    };
  }

  /** Console lines; for those who page, the activity. @throws PanelError 403 when they may not see that. */
  logs(scope: ServerScope, { lines, limit, offset }: LogsQuery): Promise<string[] | ServerActivityEntry[]> {
    if (limit === undefined && offset === undefined) return this.console.lines(scope, lines);
    scope.require('activity');
    return this.activity(scope, { limit: limit ?? DEFAULT_ENTRIES, offset: offset ?? 0 });
  }

  /** Newest first. */
  activity({ uuid }: ServerScope, { limit, offset }: ActivityQuery): Promise<ServerActivityEntry[]> {
    return this.database.query<ServerActivityEntry>(SERVER_ACTIVITY, [uuid, limit, offset]);
  }
}
