import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { PanelError } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Config } from '../../config/config.js';
import { NodeDirectory } from '../directory/node-directory.js';
import type { DaemonKind, NodeContact } from '../directory/node-directory.js';
import { AddressGuard } from './address-guard.js';
import { NodeTransport } from './node-transport.js';
import { WingsClient } from './wings-client.js';

/** Longer than any piece of work that goes on calling with one client. */
const RETIRED_MS = 15 * 60_000;

interface OpenTransport {
  readonly transport: NodeTransport;
  readonly contact: NodeContact;
}

/** The daemons, each with a connection pool and circuit breaker of its own that live until the node changes. */
@Injectable()
export class Wings implements OnApplicationShutdown {
  private readonly open = new Map<number, OpenTransport>();
  /** Of nodes that have changed since. */
  private readonly retired = new Set<NodeTransport>();

  constructor(
    private readonly directory: NodeDirectory,
    private readonly guard: AddressGuard,
    private readonly config: Config,
    bus: EventBus,
  ) {
    bus.on('node.changed', ({ nodeId }) => this.drop(nodeId));
  }

  /** @throws PanelError 404 `Node not found`; 502 when the node's address is not allowed any more. */
  async forNode(nodeId: number): Promise<WingsClient> {
    const contact = await this.directory.contact(nodeId);
    const options = { origin: contact.allowedOrigin ?? this.config.panelUrl, lookup: this.guard.lookup };
    return new WingsClient(contact, this.transportOf(contact), options);
  }

  /**
   * Speaks to a node with a token that is not, or no longer, the one in force.
   * @throws PanelError 404 `Node not found`; 502 when the node's address is not allowed any more.
   */
  async withToken<Result>(
    nodeId: number,
    token: string,
    work: (daemon: WingsClient) => Promise<Result>,
  ): Promise<Result> {
    const contact = { ...(await this.directory.contact(nodeId)), token };
    this.assertAllowed(contact);
    const transport = new NodeTransport(contact.baseUrl, token, this.guard.lookup);
    try {
      const origin = contact.allowedOrigin ?? this.config.panelUrl;
      return await work(new WingsClient(contact, transport, { origin, lookup: this.guard.lookup }));
    } finally {
      await transport.destroy();
    }
  }

  /** The bare connection to a node, and what its daemon is known to be; for probes. */
  async transport(nodeId: number): Promise<{ transport: NodeTransport; kind: DaemonKind }> {
    const contact = await this.directory.contact(nodeId);
    return { transport: this.transportOf(contact), kind: contact.kind };
  }

  async onApplicationShutdown(): Promise<void> {
    const open = [...this.open.values()].map(({ transport }) => transport);
    await Promise.all([...open, ...this.retired].map((transport) => transport.destroy()));
    this.open.clear();
    this.retired.clear();
  }

  private transportOf(contact: NodeContact): NodeTransport {
    const kept = this.open.get(contact.id);
    if (kept !== undefined && isSameDaemon(kept.contact, contact)) return kept.transport;
    this.drop(contact.id);
    this.assertAllowed(contact);
    const transport = new NodeTransport(contact.baseUrl, contact.token, this.guard.lookup);
    this.open.set(contact.id, { transport, contact });
    return transport;
  }

  private assertAllowed({ baseUrl }: NodeContact): void {
    if (!this.guard.isForbiddenHost(new URL(baseUrl).hostname)) return;
    throw new PanelError(502, 'nodes.address_forbidden', 'The address of the node is not allowed');
  }

  /** The next caller gets a new connection; those who were given the old one may be in the middle of something. */
  private drop(nodeId: number): void {
    const dropped = this.open.get(nodeId)?.transport;
    if (dropped === undefined) return;
    this.open.delete(nodeId);
    this.retired.add(dropped);
    setTimeout(() => {
      if (this.retired.delete(dropped)) dropped.close();
    }, RETIRED_MS).unref();
  }
}

function isSameDaemon(left: NodeContact, right: NodeContact): boolean {
  return left.baseUrl === right.baseUrl && left.token === right.token;
}
