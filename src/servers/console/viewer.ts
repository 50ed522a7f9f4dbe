import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Credential } from '../../common/access/credential.js';
import { encodeFrame } from './frames.js';
import { holds } from './event-permissions.js';
import { TokenBucket } from './token-bucket.js';

/** Who watches, and what he may see and do there. */
export interface ViewerIdentity {
  readonly userId: number;
  readonly userUuid: string;
  readonly serverUuid: string;
  readonly clientIp: string;
  /** Presented again at every check of his right, as a request would present it. */
  readonly credential: Credential;
  /** Names of the daemons (wings-protocol D.4). */
  readonly permissions: readonly string[];
}

/** Counts of one process, for its metrics. */
export interface DeliveryFigures {
  linesDelivered: number;
  linesSkipped: number;
}

/** Unread bytes beyond which a viewer misses console lines. */
const SLOW_BYTES = 1_048_576;
/** Unread bytes beyond which a viewer is given up. */
const STUCK_BYTES = 4 * SLOW_BYTES;
const FRAMES_PER_SECOND = 20;
const FRAME_BURST = 40;
/** Things he asked for that may wait for each other, while a daemon takes its time. */
const MAXIMUM_WAITING = 50;
/** How long nothing is read from somebody who sends too much. */
const FLOOD_PAUSE_MS = 1_000;
/** The web client stops for good on this code and on no other, so it means: you may not be here any more. */
const POLICY_VIOLATION = 1008;
const LONGEST_REASON_BYTES = 123;

const TOO_FAST = encodeFrame('daemon message', ['You are sending too fast, some of your input was ignored.']);

/** One browser (or script) at the console of one server. */
export class Viewer {
  /** He has the backlog; until then lines are kept from him, for they are in the backlog too. */
  hasBacklog = false;
  /** The backlog was sent without being asked for, so the first request for it is a duplicate. */
  unaskedBacklog = false;
  identity: ViewerIdentity;
  private permissions: ReadonlySet<string>;
  private readonly bucket = new TokenBucket(FRAMES_PER_SECOND, FRAME_BURST);
  private resumption: NodeJS.Timeout | undefined;
  private queue = Promise.resolve();
  private waiting = 0;
  private skipped = 0;
  private alive = true;
  private isGathering = false;

  /** @param wire the connection below the socket; tells when what was sent has been read. */
  constructor(
    private readonly socket: WebSocket,
    private readonly wire: Duplex,
    identity: ViewerIdentity,
    private readonly figures: DeliveryFigures,
  ) {
    this.identity = identity;
    this.permissions = new Set(identity.permissions);
    socket.on('pong', () => (this.alive = true));
    socket.on('close', () => clearTimeout(this.resumption));
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  may(permission: string): boolean {
    return holds(this.permissions, permission);
  }

  /** Takes over what he may do now. */
  authorise(identity: ViewerIdentity): void {
    this.identity = identity;
    this.permissions = new Set(identity.permissions);
  }

  /** Whether he may send one more frame; beyond his rate he is not read for a moment. */
  spend(): boolean {
    if (this.bucket.take()) return true;
    if (this.resumption === undefined && this.isOpen) {
      this.send(TOO_FAST);
      this.socket.pause();
      this.resumption = setTimeout(() => {
        this.resumption = undefined;
        this.socket.resume();
      }, FLOOD_PAUSE_MS);
    }
    return false;
  }

  /**
   * Does one thing after the other: what he sends must happen in its order.
   * @returns false when too much waits already; then it is not done.
   */
  enqueue(work: () => Promise<void>): boolean {
    if (this.waiting >= MAXIMUM_WAITING) return false;
    this.waiting += 1;
    this.queue = this.queue
      .then(() => (this.isOpen ? work() : undefined))
      .finally(() => {
        this.waiting -= 1;
      });
    return true;
  }

  /** Sends what he must not miss. */
  send(frame: Buffer): void {
    if (!this.isOpen) return;
    if (this.socket.bufferedAmount > STUCK_BYTES) return this.drop();
    this.socket.send(frame, { binary: false });
  }

  /** Sends what is outdated soon; a slow reader misses it. */
  sendIfKeepingUp(frame: Buffer): void {
    if (this.isOpen && this.socket.bufferedAmount <= SLOW_BYTES) this.socket.send(frame, { binary: false });
  }

  /** Sends a console line; a slow reader misses it and is told how many later. */
  sendLine(frame: Buffer): void {
    if (!this.isOpen) return;
    if (this.skipped > 0 || this.socket.bufferedAmount > SLOW_BYTES) return this.skipLine();
    this.gather();
    this.socket.send(frame, { binary: false });
    this.figures.linesDelivered += 1;
  }

  /** He lost his right: says why and ends the connection for good. */
  refuse(text: string): void {
    if (!this.isOpen) return;
    refuseSocket(this.socket, text);
  }

  /** Cuts the connection without a close frame: the web client sees a failure and comes back. */
  drop(): void {
    this.socket.terminate();
  }

  /** Drops him when he did not answer since the last beat. */
  beat(): void {
    if (!this.alive) return this.drop();
    this.alive = false;
    if (this.isOpen) this.socket.ping();
  }

  /** Lines come in bursts. What is sent in one turn of the event loop leaves together: writing is what costs most here. */
  private gather(): void {
    if (this.isGathering) return;
    this.isGathering = true;
    this.wire.cork();
    setImmediate(() => {
      this.isGathering = false;
      this.wire.uncork();
    });
  }

  private skipLine(): void {
    this.figures.linesSkipped += 1;
    if (this.skipped++ === 0) this.wire.once('drain', () => this.caughtUp());
  }

  private caughtUp(): void {
    const lines = this.skipped === 1 ? 'console line was' : 'console lines were';
    const text = `${this.skipped} ${lines} skipped because your connection is too slow.`;
    this.skipped = 0;
    this.send(encodeFrame('daemon message', [text]));
  }
}

/** Says why somebody may not be here and closes with the code that the web client takes as final. */
export function refuseSocket(socket: WebSocket, text: string): void {
  socket.send(encodeFrame('error', [text]), { binary: false });
  socket.close(POLICY_VIOLATION, reasonOf(text));
  // A client that does not answer the closing handshake must not stay.
  setTimeout(() => socket.terminate(), 1_000).unref();
}

/** A close reason has at most 123 bytes. */
function reasonOf(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= LONGEST_REASON_BYTES) return text;
  return bytes
    .subarray(0, LONGEST_REASON_BYTES)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}
