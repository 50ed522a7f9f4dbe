import { Injectable } from '@nestjs/common';
import { NodePrincipal } from '../../common/access/principal.js';
import type { NodeAuthenticator, NodeCredential } from '../../common/access/principal-resolver.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { digest } from '../../common/crypto/digest.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { DaemonKind } from '../directory/node-directory.js';
import { TokenHandover } from '../directory/token-handover.js';
import { logger } from '../../common/logging/logger.js';
import { NodeHealth } from '../health/node-health.service.js';
import { daemonAgentOf } from '../directory/daemon-agent.js';
import { presentedTokenOf } from './node-token.js';

/** Every configuration that older panels generated carries this id. */
const LEGACY_TOKEN_ID = 'eclipanel';
/** Longer than the minute between two calls of a daemon. Changes arrive by event; it only bounds the harm of a lost one. */
const LIFETIME_MS = 300_000;

interface KnownNode {
  readonly id: number;
  readonly uuid: string;
  readonly tokenId: string;
  readonly daemonKind: DaemonKind;
  /** For the token before the last rotation: Unix milliseconds until which it counts. */
  readonly until: number | null;
  /** The token is the newest and the one before still counts: this call proves that the daemon has it. */
  readonly endsHandover: boolean;
}

/** Thrown by the loader so that unknown tokens take no room in the cache. */
class UnknownToken extends Error {}

/**
 * Knows daemons by their token: the digest finds the node, from memory while nothing about it changed. Only the header
 * counts; a token in a query would end in proxies' logs.
 */
@Injectable()
export class StoredNodeAuthenticator implements NodeAuthenticator {
  /** By base64 of the token's digest. */
  private readonly nodes = new PushCache<string, KnownNode>({ maximum: 10_000, lifetimeMs: LIFETIME_MS }, (key) =>
    this.load(key),
  );

  /** Nodes whose old token is just being ended. */
  private readonly ending = new Set<number>();

  constructor(
    private readonly prisma: PrismaService,
    private readonly health: NodeHealth,
    private readonly handover: TokenHandover,
    bus: EventBus,
  ) {
    bus.on('node.changed', ({ nodeId }) => this.nodes.invalidateWhere((node) => node.id === nodeId));
    bus.on('bus.reconnected', () => this.nodes.clear());
  }

  /** @throws PanelError 401 for a missing, malformed, unknown or replaced token. */
  async authenticate({ authorization, userAgent }: NodeCredential): Promise<NodePrincipal> {
    const presented = presentedTokenOf(authorization);
    if (presented === undefined) throw unauthorized('Unauthorized', 'nodes.unauthorized');
    const node = await this.find(presented.token);
    if (node === undefined || !isAcceptedId(presented.id, node) || hasEnded(node))
      throw unauthorized('Unauthorized', 'nodes.unauthorized');
    if (node.endsHandover) this.endHandover(node.id);
    const agent = daemonAgentOf(userAgent);
    this.health.signOfLife(node.id, agent);
    return new NodePrincipal(node.id, node.uuid, agent?.kind ?? node.daemonKind);
  }

  private async find(token: string): Promise<KnownNode | undefined> {
    try {
      return await this.nodes.get(Buffer.from(digest(token)).toString('base64'));
    } catch (error) {
      if (error instanceof UnknownToken) return undefined;
      throw error;
    }
  }

  /** Once for a rotation: the change drops what is cached here. */
  private endHandover(nodeId: number): void {
    if (this.ending.has(nodeId)) return;
    this.ending.add(nodeId);
    this.handover
      .completed(nodeId)
      .catch((error: unknown) => logger.warn({ err: error, nodeId }, 'old token of a node not yet ended'))
      .finally(() => this.ending.delete(nodeId));
  }

  /** Another node's newest token goes before the old one of this node, should they ever be the same. */
  private async load(key: string): Promise<KnownNode> {
    const wanted = new Uint8Array(Buffer.from(key, 'base64'));
    const rows = await this.prisma.node.findMany({
      where: { OR: [{ tokenDigest: wanted }, { previousTokenDigest: wanted, previousTokenUntil: { gt: new Date() } }] },
      select: {
        id: true,
        uuid: true,
        tokenId: true,
        daemonKind: true,
        tokenDigest: true,
        previousTokenUntil: true,
      },
      take: 2,
    });
    const current = rows.find(({ tokenDigest }) => Buffer.compare(tokenDigest, wanted) === 0);
    const row = current ?? rows[0];
    if (row === undefined) throw new UnknownToken();
    const { id, uuid, tokenId, daemonKind, previousTokenUntil } = row;
    return {
      id,
      uuid,
      tokenId,
      daemonKind,
      until: current === undefined ? (previousTokenUntil?.getTime() ?? 0) : null,
      endsHandover: current !== undefined && previousTokenUntil !== null,
    };
  }
}

const hasEnded = ({ until }: KnownNode): boolean => until !== null && until <= Date.now();

/** Daemons that send no id, or that of an old configuration, are known by their token alone. */
function isAcceptedId(id: string | undefined, node: KnownNode): boolean {
  return id === undefined || id === LEGACY_TOKEN_ID || id === node.tokenId;
}
