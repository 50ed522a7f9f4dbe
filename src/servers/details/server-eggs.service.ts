import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { idle, busyColumns, notNow } from '../access/not-now.js';
import type { ServerScope } from '../access/server-scope.js';
import { isJson } from '../configuration/process-configuration.js';
import { ServerSync } from '../daemon/server-sync.service.js';
import { ServerConsole } from '../operations/server-console.service.js';
import { eggVariables } from '../variables/egg-variable.js';
import type { Environment } from '../variables/environment.js';
import type { ChangeEggDto, ServerEggResponse } from './dto/details.dto.js';

const columns = {
  id: true,
  name: true,
  dockerImage: true,
  dockerImages: true,
  startup: true,
  features: true,
  fileDenylist: true,
} satisfies Prisma.EggSelect;

type EggRow = Prisma.EggGetPayload<{ select: typeof columns }>;

/** Which egg a server has. */
@Injectable()
export class ServerEggs {
  constructor(
    private readonly prisma: PrismaService,
    private readonly console: ServerConsole,
    private readonly sync: ServerSync,
    private readonly audit: AuditLog,
  ) {}

  async get({ uuid }: ServerScope): Promise<ServerEggResponse> {
    const server = await this.prisma.server.findUnique({ where: { uuid }, select: { egg: { select: columns } } });
    if (server === null) throw notFound('Server not found', 'servers.not_found');
    return toResponse(server.egg);
  }

  /**
   * Gives a server another egg: its image and start command, and its variables with the values that both eggs know.
   * What the server changed of the process configuration was meant for the old egg and is dropped.
   * @throws PanelError 404 for an unknown egg; 409 while the server is installed, restored or transferred.
   */
  async change(scope: ServerScope, dto: ChangeEggDto, ipAddress: string): Promise<ServerEggResponse> {
    const egg = await this.prisma.$transaction((tx) => this.replace(tx, scope, dto.eggId, ipAddress));
    await this.sync.now(scope.uuid);
    if (dto.reinstall === true) await this.console.reinstall(scope, false, ipAddress);
    return toResponse(egg);
  }

  private async replace(tx: Queryable, scope: ServerScope, eggId: number, ipAddress: string): Promise<EggRow> {
    const { uuid, userId } = scope;
    await tx.$executeRaw`SELECT 1 FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
    const server = await tx.server.findUnique({
      where: { uuid },
      select: { eggId: true, environment: true, ...busyColumns },
    });
    if (server === null) throw notFound('Server not found', 'servers.not_found');
    const egg = await tx.egg.findUnique({
      where: { id: eggId },
      select: { ...columns, envVars: true, requiresKvm: true },
    });
    if (egg === null) throw notFound('Egg not found', 'eggs.not_found');
    const stored = isJson(server.environment) ? (server.environment as Environment) : {};
    const { count } = await tx.server.updateMany({
      where: { uuid, ...idle() },
      data: {
        eggId,
        dockerImage: egg.dockerImage,
        startup: egg.startup,
        environment: environmentFor(egg.envVars, stored),
        processConfig: {},
        ...(egg.requiresKvm && { kvmPassthrough: true }),
      },
    });
    if (count === 0) throw notNow(server);
    await this.sync.request(tx, uuid);
    const metadata = { from: server.eggId, to: eggId };
    await this.audit.record(
      { userId, action: 'server:egg:update', targetType: 'server', targetId: uuid, ipAddress, metadata },
      tx,
    );
    return egg;
  }
}

/** The variables of the egg; a value that the server has stays. */
const environmentFor = (variables: unknown, stored: Readonly<Environment>): Environment =>
  Object.fromEntries(
    eggVariables(variables).map(({ env_variable: name, default_value }) => [name, stored[name] ?? default_value]),
  );

function toResponse({
  id,
  name,
  dockerImage,
  dockerImages,
  startup,
  features,
  fileDenylist,
}: EggRow): ServerEggResponse {
  const images = isJson(dockerImages) ? (dockerImages as Record<string, string>) : {};
  return { id, name, dockerImage, dockerImages: images, startup, features, fileDenylist };
}
