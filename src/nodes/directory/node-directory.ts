import { Injectable } from '@nestjs/common';
import { PushCache } from '../../common/cache/push-cache.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { heldToken, NodeSecrets } from './node-secrets.js';

/** The two families of daemons; `unknown` until a call or a probe told. */
export type DaemonKind = 'go' | 'rs' | 'unknown';

/** How a daemon is reached. Holds the token: never leaves the server. */
export interface NodeContact {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  /** Base URL for browsers and other daemons, without trailing slash and `/api`. */
  readonly publicUrl: string;
  /** Base URL for the panel itself, without trailing slash and `/api`. */
  readonly baseUrl: string;
  readonly fqdn: string | null;
  readonly useSsl: boolean;
  readonly allowedOrigin: string | null;
  /** The secret that the daemon has at this time: during a rotation perhaps still the one before. */
  readonly token: string;
  readonly kind: DaemonKind;
}

/** Changes arrive by event; the lifetime only bounds the harm of a lost one. */
const LIFETIME_MS = 300_000;

/** A node's contact from memory, dropped when the node changes. */
@Injectable()
export class NodeDirectory {
  private readonly contacts = new PushCache<number, NodeContact>(
    { maximum: 10_000, lifetimeMs: LIFETIME_MS },
    (nodeId) => this.load(nodeId),
  );

  constructor(
    private readonly prisma: PrismaService,
    private readonly secrets: NodeSecrets,
    bus: EventBus,
  ) {
    bus.on('node.changed', ({ nodeId }) => this.contacts.invalidate(nodeId));
    bus.on('bus.reconnected', () => this.contacts.clear());
  }

  /** @throws PanelError 404 `Node not found`. */
  contact(nodeId: number): NodeContact | Promise<NodeContact> {
    return this.contacts.get(nodeId);
  }

  private async load(nodeId: number): Promise<NodeContact> {
    const row = await this.prisma.node.findUnique({
      where: { id: nodeId },
      select: {
        id: true,
        uuid: true,
        name: true,
        url: true,
        backendWingsUrl: true,
        fqdn: true,
        useSsl: true,
        allowedOrigin: true,
        tokenSealed: true,
        tokenDelivered: true,
        previousTokenSealed: true,
        daemonKind: true,
      },
    });
    if (row === null) throw notFound('Node not found', 'nodes.not_found');
    const { id, uuid, name, url, backendWingsUrl, fqdn, useSsl, allowedOrigin, daemonKind } = row;
    return {
      id,
      uuid,
      name,
      fqdn,
      useSsl,
      allowedOrigin,
      publicUrl: withoutApi(url),
      baseUrl: withoutApi(backendWingsUrl ?? url),
      token: this.secrets.openToken(heldToken(row)),
      kind: daemonKind,
    };
  }
}

/** Administrators paste the address with and without `/api`. */
function withoutApi(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/api$/, '');
}
