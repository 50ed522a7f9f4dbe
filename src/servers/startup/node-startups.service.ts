import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound, PanelError } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { lockIdle } from '../access/not-now.js';
import { isJson } from '../configuration/process-configuration.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import { eggVariables } from '../variables/egg-variable.js';
import { changedEnvironment } from '../variables/environment.js';
import type { Environment } from '../variables/environment.js';
import { imagesOf, startupColumns } from './startup.mapper.js';
import type { StartupRow } from './startup.mapper.js';

/** A step of a schedule that a daemon runs wants a server to start in another way. */
export interface StartupOrder {
  readonly nodeId: number;
  readonly serverUuid: string;
  /** The schedule, as the daemon names it; only for the log. */
  readonly scheduleUuid: string | undefined;
}

/**
 * Changes of how servers start that a daemon asks for (wings-protocol A.9). A daemon may change no more than the owner
 * of the server. Asking for what is so already changes nothing.
 */
@Injectable()
export class NodeStartups {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sync: ServerSync,
    private readonly audit: AuditLog,
  ) {}

  /** @throws PanelError 404; 409 while the server is not idle; 417 for what the owner may not set. */
  setVariable(order: StartupOrder, name: string, value: string): Promise<void> {
    return this.change(order, 'environment', (row) => {
      const stored = isJson(row.environment) ? (row.environment as Environment) : {};
      const environment = environmentWith(row, stored, name, value);
      return environment[name] === stored[name] ? undefined : { environment };
    });
  }

  /** Owners cannot change the command, so nothing but the present one is accepted. @throws PanelError 404, 409, 417. */
  setCommand(order: StartupOrder, command: string): Promise<void> {
    return this.change(order, 'startup', (row) => {
      if (command !== row.startup) throw refused('The startup command can be changed by staff only');
      return undefined;
    });
  }

  /** @throws PanelError 404; 409 while the server is not idle; 417 for an image that the egg does not list. */
  setImage(order: StartupOrder, dockerImage: string): Promise<void> {
    return this.change(order, 'dockerImage', (row) => {
      if (!imagesOf(row).includes(dockerImage)) throw refused('The egg of this server does not list this image');
      return dockerImage === row.dockerImage ? undefined : { dockerImage };
    });
  }

  private async change(
    order: StartupOrder,
    what: string,
    changes: (row: StartupRow) => Prisma.ServerUpdateInput | undefined,
  ): Promise<void> {
    const { serverUuid: uuid, nodeId } = order;
    await this.prisma.$transaction(async (tx) => {
      // First of all, so that nothing can be learnt of servers of other nodes.
      await load(tx, order);
      await lockIdle(tx, uuid);
      const data = changes(await load(tx, order));
      if (data === undefined) return;
      await tx.server.update({ where: { uuid, nodeId }, data, select: { uuid: true } });
      // The daemon waits for this answer: it is told to fetch the server afterwards, by the job.
      await this.sync.request(tx, uuid);
      await this.audit.record(
        {
          userId: null,
          action: 'server:startup:update',
          targetType: 'server',
          targetId: uuid,
          metadata: { changes: [what], nodeId, schedule: order.scheduleUuid ?? null },
        },
        tx,
      );
    });
  }
}

async function load(tx: Queryable, { serverUuid: uuid, nodeId }: StartupOrder): Promise<StartupRow> {
  const row = await tx.server.findFirst({ where: { uuid, nodeId }, select: startupColumns });
  if (row === null) throw notFound('Server not found', 'servers.not_found');
  return row;
}

function environmentWith(row: StartupRow, stored: Environment, name: string, value: string): Environment {
  const variables = eggVariables(row.egg.envVars);
  const variable = variables.find(({ env_variable: known }) => known === name);
  if (variable === undefined) throw refused('The egg of this server has no such variable');
  if (!variable.user_editable) throw refused(`${variable.name} cannot be changed`);
  try {
    const environment = changedEnvironment({ variables, stored, given: { ...stored, [name]: value }, isStaff: false });
    // Names that nobody may set are dropped without a word: a daemon's user is told.
    if (environment[name] !== value) throw refused(`${variable.name} cannot be changed`);
    return environment;
  } catch (error) {
    throw error instanceof PanelError && error.status === 400 ? refused(error.message) : error;
  }
}

/** How daemons are told that something is not allowed; wings-rs shows the sentence to the user (wings-protocol A.0). */
const refused = (message: string): PanelError => new PanelError(417, 'startup.refused', message);
