import { Injectable } from '@nestjs/common';
import { notFound } from '../../common/errors/panel-error.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { ServerPorts } from '../allocations/server-ports.service.js';
import { ACTION_BUDGET_MS, within } from '../daemon/time-budget.js';
import type { ServerLocation, ServerNetwork, ServerVersion } from './dto/details.dto.js';

/** Where a server stands, how it is reached and what runs on it. */
@Injectable()
export class ServerDetails {
  constructor(
    private readonly prisma: PrismaService,
    private readonly ports: ServerPorts,
    private readonly wings: Wings,
  ) {}

  /** From the database: a node that is away changes nothing of it. */
  async network(scope: ServerScope): Promise<ServerNetwork> {
    const allocations = await this.ports.list(scope);
    const main = allocations.find(({ is_default }) => is_default);
    return { ip: main?.ip ?? null, port: main?.port ?? null, fqdn: main?.fqdn ?? null, allocations };
  }

  /** @throws PanelError 404 when the server was deleted meanwhile. */
  async location({ uuid }: ServerScope): Promise<ServerLocation> {
    const server = await this.prisma.server.findUnique({
      where: { uuid },
      select: { node: { select: { name: true, fqdn: true, location: { select: { name: true } } } } },
    });
    if (server === null) throw notFound('Server not found', 'servers.not_found');
    const { name, fqdn, location } = server.node;
    return { node: name, fqdn, location: location?.name ?? null };
  }

  /** Without a hash on Go Wings, which does not know it, and for games that wings-rs does not know. */
  async version({ uuid, nodeId }: ServerScope): Promise<ServerVersion> {
    const daemon = await this.wings.forNode(nodeId);
    const hash = await within(ACTION_BUDGET_MS, daemon.versionHash(uuid));
    return hash === undefined ? {} : { hash };
  }
}
