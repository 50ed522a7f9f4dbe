import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { randomSecret } from '../../common/crypto/digest.js';
import { conflict } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import type { DaemonKind } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
import type { NodeRef } from '../directory/node-ref.js';
import { heldToken, NodeSecrets, WITHOUT_PREVIOUS_TOKEN } from '../directory/node-secrets.js';
import type { TokenColumns } from '../directory/node-secrets.js';
import { TokenHandover } from '../directory/token-handover.js';
import type { DaemonSettings } from '../wings/wings-client.js';
import { Wings } from '../wings/wings.service.js';
import type { Actor } from './actor.js';
import type { RotatedTokenResponse, RotateTokenDto } from './dto/node-secrets.dto.js';
import { NodeConfiguration } from './node-configuration.service.js';
import { nodeColumns, toNode } from './node.mapper.js';
import type { NodeRow } from './node.mapper.js';

/** While a daemon may still be told of one rotation, a second one could reach it first. */
const BUSY_MS = 12_000;

const MESSAGES = {
  updated: 'The daemon has the new token. If it does not use it before the old one ends, restart it.',
  byHand: 'This daemon takes no token from the panel: install its new configuration and restart it.',
  failed: 'The daemon could not be told: install its new configuration and restart it.',
} as const;

interface Rotator extends Actor {
  /** Whether the new token may be shown to him. */
  readonly seesToken: boolean;
}

interface Rotated {
  readonly node: NodeRow;
  readonly kind: DaemonKind;
  /** The sealed token that the daemon has at this time. */
  readonly held: string;
}

interface Change {
  readonly columns: TokenColumns;
  readonly seconds: number;
  readonly until: Date | null;
  readonly actor: Actor;
}

/** Replaces the tokens of nodes without a moment in which the daemon is locked out. */
@Injectable()
export class NodeTokenRotation {
  constructor(
    private readonly prisma: PrismaService,
    private readonly secrets: NodeSecrets,
    private readonly handover: TokenHandover,
    private readonly configuration: NodeConfiguration,
    private readonly wings: Wings,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  /** @throws PanelError 404; 409 within seconds of another rotation. */
  async rotate(ref: string, { overlapSeconds }: RotateTokenDto, actor: Rotator): Promise<RotatedTokenResponse> {
    const token = randomSecret();
    const columns = this.secrets.tokenColumns(token);
    const seconds = overlapSeconds ?? this.config.env.NODE_TOKEN_OVERLAP_SECONDS;
    const until = seconds === 0 ? null : new Date(Date.now() + seconds * 1000);
    const where = nodeRefOf(ref);
    const rotated = await this.prisma.$transaction((tx) => this.replace(tx, where, { columns, seconds, until, actor }));
    this.bus.publish('node.changed', { nodeId: rotated.node.id });
    const daemon = await this.deliver(rotated, columns.tokenDigest);
    return {
      success: true,
      ...(actor.seesToken && { token }),
      node: toNode(rotated.node),
      previousValidUntil: until?.toISOString() ?? null,
      daemon,
    };
  }

  private async replace(tx: Queryable, where: NodeRef, { columns, seconds, until, actor }: Change): Promise<Rotated> {
    const before = await this.claim(tx, where);
    const { id, daemonKind: kind } = before;
    // Of two rotations without a delivery in between the daemon has neither: it keeps the one from before both.
    const held = heldToken(before);
    const previous =
      until === null
        ? WITHOUT_PREVIOUS_TOKEN
        : { ...this.previousColumns(held), previousTokenUntil: until, tokenDelivered: false };
    const node = await tx.node.update({ where: { id }, data: { ...columns, ...previous }, select: nodeColumns });
    if (until !== null) await this.handover.begin(tx, id, seconds);
    await this.record(tx, node, seconds, actor);
    return { node, kind, held };
  }

  /** Takes the row for this rotation, unless another one is just being told to the daemon. */
  private async claim(tx: Queryable, where: NodeRef) {
    const free = { OR: [{ tokenRotatedAt: null }, { tokenRotatedAt: { lt: new Date(Date.now() - BUSY_MS) } }] };
    const { count } = await tx.node.updateMany({ where: { ...where, ...free }, data: { tokenRotatedAt: new Date() } });
    const row = await tx.node.findUnique({
      where,
      select: { id: true, daemonKind: true, tokenSealed: true, tokenDelivered: true, previousTokenSealed: true },
    });
    if (row === null) throw nodeNotFound();
    if (count === 0) throw conflict('The token of this node was changed a moment ago', 'nodes.rotation_busy');
    return row;
  }

  private previousColumns(sealed: string): {
    previousTokenSealed: string;
    previousTokenDigest: Uint8Array<ArrayBuffer>;
  } {
    const { tokenDigest } = this.secrets.tokenColumns(this.secrets.openToken(sealed));
    return { previousTokenSealed: sealed, previousTokenDigest: tokenDigest };
  }

  /** Go Wings takes a new credential over its API; what it answers decides with which one it is called from now on. */
  private async deliver(
    { node, kind, held }: Rotated,
    tokenDigest: Uint8Array<ArrayBuffer>,
  ): Promise<RotatedTokenResponse['daemon']> {
    if (kind !== 'go') return { updated: false, message: MESSAGES.byHand };
    try {
      const settings = await this.settingsOf(node.id);
      const token = this.secrets.openToken(held);
      const updated = await this.wings.withToken(node.id, token, (daemon) => daemon.updateSettings(settings));
      if (updated) await this.handover.delivered(node.id, tokenDigest);
      return { updated, message: updated ? MESSAGES.updated : MESSAGES.byHand };
    } catch (error) {
      logger.warn({ nodeId: node.id, reason: (error as Error).message }, 'new token not given to the daemon');
      return { updated: false, message: MESSAGES.failed };
    }
  }

  private async settingsOf(nodeId: number): Promise<DaemonSettings> {
    const { debug, uuid, token_id, token, api, system } = await this.configuration.of({ id: nodeId });
    const { host, port, ssl, upload_limit } = api;
    return {
      debug,
      uuid,
      token_id,
      token,
      api: { host, port, ssl: { enabled: ssl.enabled }, upload_limit },
      system: { sftp: { bind_port: system.sftp.bind_port } },
    };
  }

  private record(tx: Queryable, { id, name }: NodeRow, overlapSeconds: number, { userId, ip }: Actor): Promise<void> {
    return this.audit.record(
      {
        userId,
        action: 'node:token:rotate',
        targetType: 'node',
        targetId: id,
        metadata: { name, overlapSeconds },
        ipAddress: ip,
      },
      tx,
    );
  }
}
