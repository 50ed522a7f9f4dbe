import { Injectable } from '@nestjs/common';
import { stringify } from 'yaml';
import { AuditLog } from '../../common/audit/audit-log.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
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
  async json(ref: string, { userId, ip }: Actor): Promise<DaemonConfigurationResponse> {
    const row = await this.prisma.node.findUnique({
      where: nodeRefOf(ref),
      select: {
        id: true,
        uuid: true,
        name: true,
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
    await this.audit.record({
      userId,
      action: 'node:configuration:read',
      targetType: 'node',
      targetId: row.id,
      metadata: { name: row.name },
      ipAddress: ip,
    });
    return daemonConfiguration(row, {
      token: this.secrets.openToken(row.tokenSealed),
      brand: this.config.env.BRAND_NAME,
      panelUrl: this.config.panelUrl,
      frontends: this.config.corsOrigins,
    });
  }

  /** The same as the text of `config.yml`. */
  async yaml(ref: string, actor: Actor): Promise<string> {
    return stringify(await this.json(ref, actor));
  }
}
