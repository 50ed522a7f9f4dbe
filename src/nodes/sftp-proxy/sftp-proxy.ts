import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { LookupFunction, Server, Socket } from 'node:net';
import type { ProxyPlaces } from './proxy-places.js';

/** Where a proxy leads. */
export interface ProxyTarget {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** What every proxy of the process shares. */
export interface ProxySurroundings {
  readonly places: ProxyPlaces;
  /** Leaves out addresses that nodes may not have. */
  readonly lookup: LookupFunction;
  readonly isForbiddenHost: (host: string) => boolean;
  /** Milliseconds without a byte in either direction after which a connection is closed. */
  readonly idleMs: number;
}

const CONNECT_MS = 10_000;

/** One port of the panel from which connections lead to the SFTP port of a node, byte for byte. */
export class SftpProxy {
  private readonly server: Server;
  private readonly open = new Set<Socket>();

  constructor(
    private target: ProxyTarget,
    private readonly surroundings: ProxySurroundings,
  ) {
    this.server = createServer((client) => this.accept(client));
  }

  /** @throws when the port cannot be had. */
  async listen(host: string, port: number): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    // Running out of descriptors, for example: those who are connected go on.
    this.server.on('error', () => undefined);
  }

  /** Connections that are made from now on lead there; those of another node end. */
  leadTo(target: ProxyTarget): void {
    if (target.nodeId !== this.target.nodeId) this.cut();
    this.target = target;
  }

  /** Takes no more connections, and waits until those that are open have ended. */
  async drain(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  /** Ends what is open. */
  cut(): void {
    for (const socket of this.open) socket.destroy();
  }

  private accept(client: Socket): void {
    const { places, isForbiddenHost, lookup, idleMs } = this.surroundings;
    const { host, port } = this.target;
    const giveBack = isForbiddenHost(host) ? undefined : places.take(client.remoteAddress ?? '');
    client.on('error', () => undefined);
    if (giveBack === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect({ host, port, lookup });
    this.open.add(client);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    const giveUp = setTimeout(end, CONNECT_MS);
    upstream.on('connect', () => clearTimeout(giveUp));
    // Whatever passes, in either direction, passes the client's socket.
    client.setTimeout(idleMs, end);
    client.on('close', () => {
      clearTimeout(giveUp);
      this.open.delete(client);
      giveBack();
      upstream.destroy();
    });
    // What was on its way to the client still reaches it.
    upstream.on('error', end).on('close', () => client.destroySoon());
    client.pipe(upstream);
    upstream.pipe(client);
  }
}
