import { Injectable } from '@nestjs/common';
import { stringify } from 'yaml';
import { AuditLog } from '../../common/audit/audit-log.js';
import { digest, randomSecret } from '../../common/crypto/digest.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
import type { NodeRef } from '../directory/node-ref.js';
import type { Actor } from '../nodes/actor.js';
import { NodeConfiguration } from '../nodes/node-configuration.service.js';
import type { InstallCommandResponse } from './dto/enrolment.dto.js';

const LIFETIME_MS = 30 * 60_000;
const BEARER = /^Bearer +([0-9a-f]{64})$/i;

const refused = (): PanelError =>
  unauthorized('This install command does not work any more. Make a new one.', 'nodes.install_refused');

/** Commands that turn a machine into a node: each lets one machine fetch the node's configuration, once. */
@Injectable()
export class InstallTokens {
  constructor(
    private readonly prisma: PrismaService,
    private readonly configuration: NodeConfiguration,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /** A command that works once within 30 minutes; one made before for the same node ends. @throws PanelError 404. */
  async command(ref: string, { userId, ip }: Actor): Promise<InstallCommandResponse> {
    const node = await this.prisma.node.findUnique({ where: nodeRefOf(ref), select: { id: true, name: true } });
    if (node === null) throw nodeNotFound();
    const token = randomSecret();
    const expiresAt = new Date(Date.now() + LIFETIME_MS);
    await this.prisma.$transaction(async (tx) => {
      await tx.nodeInstallToken.deleteMany({ where: { nodeId: node.id, usedAt: null } });
      await tx.nodeInstallToken.create({
        data: { nodeId: node.id, digest: digest(token), createdBy: userId, expiresAt },
        select: { id: true },
      });
      const target = { targetType: 'node', targetId: node.id, metadata: { name: node.name } } as const;
      await this.audit.record({ userId, action: 'node:install-command', ...target, ipAddress: ip }, tx);
    });
    return { command: commandLine(this.config.panelUrl, node.id, token), expiresAt: expiresAt.toISOString() };
  }

  /**
   * `config.yml` for the machine that presents the token; of any number of callers at once exactly one gets it.
   * @throws PanelError 401 for a token that is unknown, used, too old or for another node.
   */
  async redeem(ref: string, authorization: string | undefined, ip: string): Promise<string> {
    const token = BEARER.exec(authorization ?? '')?.[1]?.toLowerCase();
    if (token === undefined) throw refused();
    const valid = { digest: digest(token), usedAt: null, expiresAt: { gt: new Date() }, node: whichNode(ref) };
    const [used] = await this.prisma.nodeInstallToken.updateManyAndReturn({
      where: valid,
      data: { usedAt: new Date() },
      select: { nodeId: true, createdBy: true },
    });
    if (used === undefined) throw refused();
    return stringify(await this.configuration.forInstallation(used.nodeId, { userId: used.createdBy, ip }));
  }
}

/** An odd id is refused as a wrong one is: strangers learn nothing of which nodes there are. */
function whichNode(ref: string): NodeRef {
  try {
    return nodeRefOf(ref);
  } catch {
    throw refused();
  }
}

function commandLine(panelUrl: string, nodeId: number, token: string): string {
  const quoted = `'${panelUrl.replaceAll("'", String.raw`'\''`)}'`;
  const script = `curl -fsSL ${quoted}/api/wings/install.sh`;
  return `${script} | sudo sh -s -- --panel-url ${quoted} --node ${nodeId} --token ${token}`;
}
