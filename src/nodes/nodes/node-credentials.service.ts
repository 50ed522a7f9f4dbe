import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { randomSecret } from '../../common/crypto/digest.js';
import { badRequest } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { isNotFound, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
import { NodeSecrets } from '../directory/node-secrets.js';
import type { Actor } from './actor.js';
import type { GenerateTokenDto } from './dto/node-fields.dto.js';
import type { NodeResultResponse } from './dto/node-response.dto.js';
import type {
  GeneratedTokenResponse,
  NodeCredentialsDto,
  NodeCredentialsResponse,
  NodeTokenResponse,
} from './dto/node-secrets.dto.js';
import { nodeColumns, toNode } from './node.mapper.js';
import type { NodeRow } from './node.mapper.js';
import { Nodes } from './nodes.service.js';

/** Hands out and changes the secrets of nodes; every look and every change is in the audit log. */
@Injectable()
export class NodeCredentials {
  constructor(
    private readonly prisma: PrismaService,
    private readonly secrets: NodeSecrets,
    private readonly nodes: Nodes,
    private readonly audit: AuditLog,
  ) {}

  /** A token for a node that is yet to be created; kept nowhere. 64 hex digits. */
  generate(): NodeTokenResponse {
    return { token: randomSecret() };
  }

  /** Without a body only a token; with name and url also the node that has it. */
  async generateFor(body: GenerateTokenDto, actor: Actor): Promise<GeneratedTokenResponse> {
    const { name, url, ...fields } = body;
    const token = randomSecret();
    if (!name && !url) return { token };
    if (!name || !url) throw badRequest('name and url are required', 'nodes.incomplete');
    const { node } = await this.nodes.create({ ...fields, name, url, token }, actor);
    return { success: true, token, node };
  }

  /** @throws PanelError 404. */
  async token(ref: string, actor: Actor): Promise<NodeTokenResponse> {
    const row = await this.find(ref, { id: true, name: true, tokenSealed: true });
    await this.record(this.prisma, actor, 'node:token:read', row);
    return { token: this.secrets.openToken(row.tokenSealed) };
  }

  /** @throws PanelError 404. */
  async credentials(ref: string, actor: Actor): Promise<NodeCredentialsResponse> {
    const row = await this.find(ref, { id: true, name: true, rootUserSealed: true, rootPasswordSealed: true });
    await this.record(this.prisma, actor, 'node:credentials:read', row);
    return { success: true, credentials: this.secrets.openRoot(row) };
  }

  /** @throws PanelError 404. */
  async setCredentials(ref: string, body: NodeCredentialsDto, actor: Actor): Promise<NodeResultResponse> {
    const row = await this.change(ref, this.secrets.rootColumns(body), 'node:credentials:update', actor);
    return { success: true, node: toNode(row) };
  }

  private async find<Select extends Prisma.NodeSelect>(
    ref: string,
    select: Select,
  ): Promise<Prisma.NodeGetPayload<{ select: Select }>> {
    const row = await this.prisma.node.findUnique({ where: nodeRefOf(ref), select });
    if (row === null) throw nodeNotFound();
    return row;
  }

  private change(ref: string, data: Prisma.NodeUpdateInput, action: string, actor: Actor): Promise<NodeRow> {
    const where = nodeRefOf(ref);
    return this.prisma
      .$transaction(async (tx) => {
        const row = await tx.node.update({ where, data, select: nodeColumns });
        await this.record(tx, actor, action, row);
        return row;
      })
      .catch((error: unknown) => {
        throw isNotFound(error) ? nodeNotFound() : error;
      });
  }

  private async record(
    tx: Queryable,
    { userId, ip }: Actor,
    action: string,
    node: { id: number; name: string },
  ): Promise<void> {
    const entry = { userId, action, targetType: 'node', targetId: node.id, ipAddress: ip } as const;
    await this.audit.record({ ...entry, metadata: { name: node.name } }, tx);
  }
}
