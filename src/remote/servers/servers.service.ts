import { Injectable } from '@nestjs/common';
import type { NodePrincipal } from '../../common/access/principal.js';
import { notFound } from '../../common/errors/panel-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { BackupReports } from '../../servers/backups/backup-reports.service.js';
import type { InstallScript, ServerObject, ServerPage } from '../../servers/configuration/dto/server-object.dto.js';
import { ServerConfiguration } from '../../servers/configuration/server-configuration.service.js';
import { ServerInstallation } from '../../servers/installation/server-installation.service.js';
import { TransferReports } from '../../servers/transfers/transfer-reports.service.js';
import type { BootPage, BootPageQuery } from './dto/boot-page.dto.js';
import type { InstallReport } from './dto/install-report.dto.js';

/** What a daemon asks and reports about its servers. Everything is bound to the calling node. */
@Injectable()
export class RemoteServers {
  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly installation: ServerInstallation,
    private readonly backups: BackupReports,
    private readonly transfers: TransferReports,
    private readonly prisma: PrismaService,
  ) {}

  /** A page of the node's servers, for its boot. */
  async page(node: NodePrincipal, query: BootPageQuery): Promise<BootPage> {
    return withPagination(await this.configuration.page(node.nodeId, query.page, query.per_page));
  }

  /**
   * Of a server on the node, or under way to it: then the node has begun to receive it.
   * @throws PanelError 404.
   */
  async configurationOf(node: NodePrincipal, uuid: string): Promise<ServerObject> {
    const { object, isIncoming } = await this.configuration.forNode(node.nodeId, uuid);
    if (isIncoming) await this.transfers.received(node.nodeId, uuid);
    return object;
  }

  /** @throws PanelError 404. */
  installScriptOf(node: NodePrincipal, uuid: string): Promise<InstallScript> {
    return this.configuration.installScript(node.nodeId, uuid);
  }

  /** @throws PanelError 404. */
  installed(node: NodePrincipal, uuid: string, { successful, reinstall = false }: InstallReport): Promise<void> {
    return this.installation.report(node.nodeId, uuid, { successful, reinstall });
  }

  /** The daemon has started; it does not listen yet, so the panel turns to it later. */
  async reset(node: NodePrincipal): Promise<void> {
    await this.backups.nodeReset(node.nodeId);
    await this.transfers.nodeReset(node.nodeId);
    await this.installation.nodeReset(node.nodeId, node.daemonKind);
  }

  /**
   * Takes a report that changes nothing.
   * @throws PanelError 404 when it is about a server that is not on the node.
   */
  async acknowledge(node: NodePrincipal, uuid: string): Promise<void> {
    const server = await this.prisma.server.findFirst({ where: { uuid, nodeId: node.nodeId }, select: { uuid: true } });
    if (server === null) throw notFound('Server not found', 'servers.not_found');
  }
}

function withPagination({ data, meta }: ServerPage): BootPage {
  const { total, per_page, current_page, last_page } = meta;
  const pagination = { total, count: data.length, per_page, current_page, total_pages: last_page, links: {} };
  return { data, meta: { ...meta, pagination } };
}
