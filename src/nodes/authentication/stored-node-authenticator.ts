import { Injectable } from '@nestjs/common';
import { NodePrincipal } from '../../common/access/principal.js';
import type { NodeAuthenticator, NodeCredential } from '../../common/access/principal-resolver.js';
import { PushCache } from '../../common/cache/push-cache.js';
import { digest } from '../../common/crypto/digest.js';
import { unauthorized } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { DaemonKind } from '../directory/node-directory.js';
import { NodeHealth } from '../health/node-health.service.js';
import { daemonAgentOf } from '../directory/daemon-agent.js';
import { presentedTokenOf } from './node-token.js';

/** Every configuration that older panels generated carries this id. */
const LEGACY_TOKEN_ID = 'eclipanel';

interface KnownNode {
  readonly id: number;
  readonly uuid: string;
  readonly tokenId: string;
  readonly daemonKind: DaemonKind;
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
  private readonly nodes = new PushCache<string, KnownNode>({ maximum: 10_000, lifetimeMs: 60_000 }, (key) =>
    this.load(key),
  );

  constructor(
    private readonly prisma: PrismaService,
    private readonly health: NodeHealth,
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
    if (node === undefined || !isAcceptedId(presented.id, node))
      throw unauthorized('Unauthorized', 'nodes.unauthorized');
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

  private async load(key: string): Promise<KnownNode> {
    const node = await this.prisma.node.findUnique({
      where: { tokenDigest: new Uint8Array(Buffer.from(key, 'base64')) },
      select: { id: true, uuid: true, tokenId: true, daemonKind: true },
    });
    if (node === null) throw new UnknownToken();
    return node;
  }
}

/** Daemons that send no id, or that of an old configuration, are known by their token alone. */
function isAcceptedId(id: string | undefined, node: KnownNode): boolean {
  return id === undefined || id === LEGACY_TOKEN_ID || id === node.tokenId;
}
