import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { WebSocket } from 'ws';
import { EventBus } from '../../common/events/event-bus.js';
import { Metrics } from '../../common/metrics/metrics.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { WingsTokens } from '../../nodes/wings/wings-tokens.js';
import { ConsoleAccess } from './console-access.service.js';
import type { ConsoleRequest, ConsoleRight } from './console-access.service.js';
import { ConsoleRoom } from './console-room.js';
import { decodeFrame, encodeFrame } from './frames.js';
import { RELAY_PERMISSIONS, RELAY_USER_UUID } from './relay-identity.js';
import { StateFeed } from './state-feed.service.js';
import type { UpstreamAddress } from './upstream-console.js';
import { Viewer } from './viewer.js';
import type { DeliveryFigures } from './viewer.js';
import { ViewerInput } from './viewer-input.service.js';

const MAXIMUM_SOCKETS_PER_USER = 10;
const MAXIMUM_VIEWERS_PER_SERVER = 2_000;
/** Viewers are pinged and their rights looked up anew, should an event have been lost. */
const BEAT_MS = 30_000;
/** Rights looked up at the same time when everybody's may have changed. */
const CHECKS_AT_ONCE = 50;
/** Try again later: neither a lost right nor a fault of the connection. */
const TRY_LATER = 1013;

/**
 * The consoles that are open in this process: one connection to the daemon for each server, however many watch, and
 * everybody's right looked up anew the moment something changes it.
 */
@Injectable()
export class ConsoleRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rooms = new Map<string, ConsoleRoom>();
  private readonly viewersOfUser = new Map<number, Set<Viewer>>();
  private readonly delivered: DeliveryFigures = { linesDelivered: 0, linesSkipped: 0 };
  private beat: NodeJS.Timeout | undefined;
  /** Counts what may change rights, to notice that something did while a right was looked up. */
  private changes = 0;
  private closing = false;

  constructor(
    private readonly access: ConsoleAccess,
    private readonly input: ViewerInput,
    private readonly wings: Wings,
    private readonly tokens: WingsTokens,
    private readonly feed: StateFeed,
    bus: EventBus,
    metrics: Metrics,
  ) {
    this.listen(bus);
    this.measure(metrics);
  }

  get viewers(): number {
    let sum = 0;
    for (const room of this.rooms.values()) sum += room.viewers.size;
    return sum;
  }

  /** Connections to daemons that work at the moment. */
  get upstreams(): number {
    return [...this.rooms.values()].filter((room) => room.isConnected).length;
  }

  get linesDelivered(): number {
    return this.delivered.linesDelivered;
  }

  get linesSkipped(): number {
    return this.delivered.linesSkipped;
  }

  onApplicationBootstrap(): void {
    this.beat = setInterval(() => {
      const viewers = this.everybody();
      for (const viewer of viewers) viewer.beat();
      void this.recheck(viewers);
    }, BEAT_MS).unref();
  }

  /** Browsers come back when the connection fails, and only then: nobody is told goodbye. */
  beforeApplicationShutdown(): void {
    this.closing = true;
    clearInterval(this.beat);
    for (const room of this.rooms.values()) room.close();
    this.rooms.clear();
  }

  /**
   * Lets somebody watch, if he may.
   * @param wire the connection below the socket.
   * @throws ConsoleRefusal when he may not.
   */
  async admit(socket: WebSocket, wire: Duplex, request: ConsoleRequest): Promise<void> {
    const changes = this.changes;
    const right = await this.access.check(request);
    if (socket.readyState !== WebSocket.OPEN) return;
    if (this.closing) return socket.terminate();
    const problem = this.overcrowding(right);
    if (problem !== undefined) return turnAway(socket, problem);
    const viewer = new Viewer(socket, wire, right.identity, this.delivered);
    this.enter(socket, viewer, right);
    if (changes !== this.changes) void this.recheck([viewer]);
  }

  private overcrowding({ identity: { userId, serverUuid } }: ConsoleRight): string | undefined {
    if ((this.viewersOfUser.get(userId)?.size ?? 0) >= MAXIMUM_SOCKETS_PER_USER) {
      return 'You have too many consoles open. Close one and try again.';
    }
    const inRoom = this.rooms.get(serverUuid)?.viewers.size ?? 0;
    return inRoom >= MAXIMUM_VIEWERS_PER_SERVER ? 'Too many people watch this console. Try again later.' : undefined;
  }

  private enter(socket: WebSocket, viewer: Viewer, { identity, scope }: ConsoleRight): void {
    const room = this.roomOf(identity.serverUuid, scope.nodeId);
    const own = this.viewersOfUser.get(identity.userId) ?? new Set();
    this.viewersOfUser.set(identity.userId, own.add(viewer));
    socket.on('close', () => {
      room.leave(viewer);
      own.delete(viewer);
      if (own.size === 0 && this.viewersOfUser.get(identity.userId) === own) this.viewersOfUser.delete(identity.userId);
    });
    socket.on('message', (data, isBinary) => {
      if (!viewer.isOpen || !viewer.spend()) return;
      const frame = decodeFrame(data, isBinary);
      if (frame !== undefined) this.input.handle(viewer, room, frame);
    });
    room.join(viewer);
  }

  private roomOf(serverUuid: string, nodeId: number): ConsoleRoom {
    const open = this.rooms.get(serverUuid);
    if (open !== undefined) return open;
    const room = new ConsoleRoom(serverUuid, nodeId, {
      address: (node) => this.addressOf(serverUuid, node),
      onDeserted: () => this.closeRoom(room),
      onState: (node, state) => this.feed.onState(node, serverUuid, state),
      onStats: (node, stats) => this.feed.onStats(node, serverUuid, stats),
    });
    this.rooms.set(serverUuid, room);
    return room;
  }

  private closeRoom(room: ConsoleRoom): void {
    this.rooms.delete(room.serverUuid);
    room.close();
  }

  private async addressOf(serverUuid: string, nodeId: number): Promise<UpstreamAddress> {
    const node = await this.wings.forNode(nodeId);
    const token = this.tokens.websocket(node, {
      userUuid: RELAY_USER_UUID,
      serverUuid,
      permissions: RELAY_PERMISSIONS,
    });
    return {
      url: node.socketUrl(serverUuid),
      origin: originOf(node.origin),
      token,
      lookup: node.lookup,
      limitsCommands: node.kind !== 'rs',
    };
  }

  private listen(bus: EventBus): void {
    bus.on('server.access_changed', ({ serverUuid }) => this.onChange(this.rooms.get(serverUuid)?.viewers));
    bus.on('user.changed', ({ userId }) => this.onChange(this.viewersOfUser.get(userId)));
    bus.on('session.revoked', ({ userId }) => this.onChange(this.viewersOfUser.get(userId)));
    bus.on('api_key.revoked', ({ userId }) => this.onChange(this.viewersOfUser.get(userId)));
    bus.on('roles.changed', () => this.onChange(this.everybody()));
    bus.on('bus.reconnected', () => {
      this.onChange(this.everybody());
      this.renewRooms(() => true);
    });
    bus.on('node.changed', ({ nodeId }) => this.renewRooms((room) => room.nodeId === nodeId));
  }

  private onChange(viewers: Iterable<Viewer> | undefined): void {
    this.changes += 1;
    if (viewers !== undefined) void this.recheck([...viewers]);
  }

  private renewRooms(concerned: (room: ConsoleRoom) => boolean): void {
    const rooms = [...this.rooms.values()].filter(concerned);
    // Whoever keeps the node's address drops it while the event is told.
    queueMicrotask(() => rooms.forEach((room) => room.renew()));
  }

  private everybody(): Viewer[] {
    return [...this.rooms.values()].flatMap((room) => [...room.viewers]);
  }

  private async recheck(viewers: readonly Viewer[]): Promise<void> {
    for (let from = 0; from < viewers.length; from += CHECKS_AT_ONCE) {
      await Promise.all(viewers.slice(from, from + CHECKS_AT_ONCE).map((viewer) => this.recheckOne(viewer)));
    }
  }

  private async recheckOne(viewer: Viewer): Promise<void> {
    const right = await this.access.recheck(viewer);
    if (right !== undefined) this.rooms.get(right.identity.serverUuid)?.moveTo(right.scope.nodeId);
  }

  private measure(metrics: Metrics): void {
    const gauge = (name: string, help: string, read: () => number): void =>
      metrics.add({ name, help, kind: 'gauge', read });
    const counter = (name: string, help: string, read: () => number): void =>
      metrics.add({ name, help, kind: 'counter', read });
    gauge('panel_console_viewers', 'Console sockets of browsers and scripts.', () => this.viewers);
    gauge('panel_console_upstreams', 'Working console connections to daemons.', () => this.upstreams);
    counter('panel_console_lines_delivered_total', 'Console lines sent to viewers.', () => this.linesDelivered);
    counter('panel_console_lines_skipped_total', 'Console lines that slow viewers missed.', () => this.linesSkipped);
  }
}

/** The code tells the web client not to come back by itself. */
function turnAway(socket: WebSocket, text: string): void {
  socket.send(encodeFrame('error', [text]), { binary: false });
  socket.close(TRY_LATER, text);
}

/** Administrators may have entered an address with a path. */
function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : address;
}
