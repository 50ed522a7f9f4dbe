import { Injectable } from '@nestjs/common';
import type { Prisma } from '../../generated/prisma/client.js';
import { ExportSources, pagesOf } from '../../common/data-export/export-sources.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { isJson } from '../configuration/process-configuration.js';
import { eggVariables, hiddenNames } from '../variables/egg-variable.js';
import { without } from '../variables/environment.js';
import type { Environment } from '../variables/environment.js';

const PAGE = 200;

const SERVER = {
  uuid: true,
  name: true,
  description: true,
  memory: true,
  disk: true,
  cpu: true,
  swap: true,
  dockerImage: true,
  startup: true,
  environment: true,
  installState: true,
  suspended: true,
  suspendedReason: true,
  suspendedAt: true,
  createdAt: true,
  updatedAt: true,
  egg: { select: { name: true, envVars: true } },
  allocations: { select: { ip: true, port: true, alias: true, notes: true, isDefault: true } },
} as const satisfies Prisma.ServerSelect;

const GRANT = {
  id: true,
  permissions: true,
  accepted: true,
  createdAt: true,
  server: { select: { uuid: true, name: true } },
} as const satisfies Prisma.ServerSubuserSelect;

type ServerRow = Prisma.ServerGetPayload<{ select: typeof SERVER }>;
type GrantRow = Prisma.ServerSubuserGetPayload<{ select: typeof GRANT }>;

/** What the servers know of an account: its own, and where it was let in. */
@Injectable()
export class ServerExportSources {
  constructor(
    private readonly prisma: PrismaService,
    sources: ExportSources,
  ) {
    sources.add({ name: 'servers', rows: (userId) => this.servers(userId) });
    sources.add({ name: 'serverAccess', rows: (userId) => this.grants(userId) });
  }

  private async *servers(ownerId: number): AsyncIterable<object> {
    const rows = pagesOf<ServerRow>(PAGE, (last) =>
      this.prisma.server.findMany({
        where: { ownerId, ...(last && { uuid: { gt: last.uuid } }) },
        select: SERVER,
        orderBy: { uuid: 'asc' },
        take: PAGE,
      }),
    );
    for await (const { egg, environment, ...server } of rows) {
      const visible = isJson(environment)
        ? without(environment as Environment, hiddenNames(eggVariables(egg.envVars)))
        : {};
      yield { ...server, egg: egg.name, environment: visible };
    }
  }

  private grants(userId: number): AsyncIterable<object> {
    return pagesOf<GrantRow>(PAGE, (last) =>
      this.prisma.serverSubuser.findMany({
        where: { userId, ...(last && { id: { gt: last.id } }) },
        select: GRANT,
        orderBy: { id: 'asc' },
        take: PAGE,
      }),
    );
  }
}
