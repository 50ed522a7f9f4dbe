import { Injectable } from '@nestjs/common';
import { stringify } from 'yaml';
import { AuditLog } from '../../common/audit/audit-log.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
import type { NodeRef } from '../directory/node-ref.js';
import { NodeSecrets } from '../directory/node-secrets.js';
import type { Actor } from './actor.js';
import { daemonConfiguration } from './daemon-configuration.js';
import type { DaemonConfigurationResponse } from './dto/daemon-configuration.dto.js';

/** The configuration that a node's daemon needs; holds its token, so every look is in the audit log. */
@Injectable()
export class NodeConfiguration {
  constructor(
    private readonly prisma: PrismaService,
    private readonly secrets: NodeSecrets,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /** @throws PanelError 404. */
  async json(ref: string, actor: Actor): Promise<DaemonConfigurationResponse> {
    const where = nodeRefOf(ref);
    const configuration = await this.of(where);
    await this.record(where, 'node:configuration:read', actor);
    return configuration;
  }

  /** The same as the text of `config.yml`. */
  async yaml(ref: string, actor: Actor): Promise<string> {
    return stringify(await this.json(ref, actor));
  }

  /** For a machine that installs itself as this node, in the name of who allowed it. @throws PanelError 404. */
  async forInstallation(nodeId: number, actor: Actor): Promise<DaemonConfigurationResponse> {
    const configuration = await this.of({ id: nodeId });
    await this.record({ id: nodeId }, 'node:configuration:install', actor);
    return configuration;
  }

  /** The configuration without a trace in the log, for the panel itself. @throws PanelError 404. */
  async of(where: NodeRef): Promise<DaemonConfigurationResponse> {
    const row = await this.prisma.node.findUnique({
      where,
      select: {
        uuid: true,
        url: true,
        fqdn: true,
        useSsl: true,
        tokenId: true,
        tokenSealed: true,
        sftpPort: true,
        allowedOrigin: true,
      },
    });
    if (row === null) throw nodeNotFound();
    return daemonConfiguration(row, {
      token: this.secrets.openToken(row.tokenSealed),
      brand: this.config.env.BRAND_NAME,
      panelUrl: this.config.panelUrl,
      frontends: this.config.corsOrigins,
      mountSources: this.config.mountSources,
    });
  }

  private async record(where: NodeRef, action: string, { userId, ip }: Actor): Promise<void> {
    const row = await this.prisma.node.findUnique({ where, select: { id: true, name: true } });
    if (row === null) throw nodeNotFound();
    const target = { targetType: 'node', targetId: row.id, metadata: { name: row.name } } as const;
    await this.audit.record({ userId, action, ...target, ipAddress: ip });
  }
}
