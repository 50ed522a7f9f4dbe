import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, forbidden, notFound } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { lockIdle } from '../access/not-now.js';
import type { ServerScope } from '../access/server-scope.js';
import { isJson } from '../configuration/process-configuration.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import { eggVariables } from '../variables/egg-variable.js';
import { changedEnvironment } from '../variables/environment.js';
import type { Environment } from '../variables/environment.js';
import type { ServerStartup, UpdatedStartup, UpdateStartupDto } from './dto/startup.dto.js';
import { imagesOf, mergedProcess, processOf, startupColumns, toStartup, visibleEnvironment } from './startup.mapper.js';
import type { StartupRow } from './startup.mapper.js';

/** How servers are started: variables, image, and when a start counts as done. */
@Injectable()
export class ServerStartups {
  constructor(
    private readonly prisma: PrismaService,
    private readonly sync: ServerSync,
    private readonly audit: AuditLog,
  ) {}

  async get(scope: ServerScope): Promise<ServerStartup> {
    return toStartup(await load(this.prisma, scope.uuid), scope.isStaff);
  }

  /** @throws PanelError 400 for values that the egg does not allow, 403 for another image, 409 while it is not idle. */
  async update(scope: ServerScope, dto: UpdateStartupDto, ipAddress: string): Promise<UpdatedStartup> {
    const { environment, processConfig, dockerImage } = dto;
    if (environment === undefined && processConfig === undefined && dockerImage === undefined) {
      throw badRequest('environment, processConfig, or dockerImage is required', 'servers.nothing_to_change');
    }
    const row = await this.prisma.$transaction(async (tx) => {
      // Two changes at once: the second works on what the first wrote.
      await lockIdle(tx, scope.uuid);
      const before = await load(tx, scope.uuid);
      const data = changes(before, dto, scope.isStaff);
      const after = await tx.server.update({ where: { uuid: scope.uuid }, data, select: startupColumns });
      await this.sync.request(tx, scope.uuid);
      await this.audit.record(
        {
          userId: scope.userId,
          action: 'server:startup:update',
          targetType: 'server',
          targetId: scope.uuid,
          ipAddress,
          metadata: { changes: Object.keys(data) },
        },
        tx,
      );
      return after;
    });
    await this.sync.now(scope.uuid);
    return {
      success: true,
      environment: visibleEnvironment(row, scope.isStaff),
      processConfig: processOf(row),
      dockerImage: row.dockerImage,
    };
  }
}

async function load(tx: Queryable, uuid: string): Promise<StartupRow> {
  const row = await tx.server.findUnique({ where: { uuid }, select: startupColumns });
  if (row === null) throw notFound('Server not found', 'servers.not_found');
  return row;
}

function changes(row: StartupRow, dto: UpdateStartupDto, isStaff: boolean): Prisma.ServerUpdateInput {
  const { environment, processConfig, dockerImage } = dto;
  if (dockerImage !== undefined && !isStaff && !imagesOf(row).includes(dockerImage)) {
    throw forbidden('Invalid docker image selection', 'servers.image_not_allowed');
  }
  return {
    ...(environment !== undefined && { environment: environmentAfter(row, environment, isStaff) }),
    ...(processConfig !== undefined && { processConfig: mergedProcess(row, processConfig) }),
    ...(dockerImage !== undefined && { dockerImage }),
  };
}

function environmentAfter(row: StartupRow, given: Record<string, unknown>, isStaff: boolean): Environment {
  const stored = isJson(row.environment) ? (row.environment as Environment) : {};
  return changedEnvironment({ variables: eggVariables(row.egg.envVars), stored, given, isStaff });
}
