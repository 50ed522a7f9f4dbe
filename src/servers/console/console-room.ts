import { audienceOf, ERROR_DETAIL_PERMISSION, GENERIC_ERROR, isErrorDetail } from './event-permissions.js';
import { encodeFrame } from './frames.js';
import type { Frame } from './frames.js';
import { unseenPart } from './replay-overlap.js';
import { RingBuffer } from './ring-buffer.js';
import { UpstreamConsole } from './upstream-console.js';
import type { UpstreamAddress, UpstreamListener } from './upstream-console.js';
import type { Viewer } from './viewer.js';

/** What a room needs of the world around it. */
export interface RoomSurroundings {
  /** Address and token for the console of a server on a node. */
  address(nodeId: number): Promise<UpstreamAddress>;
  /** Nobody has watched for a while: the room is closed. */
  onDeserted(): void;
  /** The daemon told the server's state. */
  onState(nodeId: number, state: string): void;
  /** The daemon told the server's utilisation, as JSON text. */
  onStats(nodeId: number, stats: string): void;
}

const BACKLOG_LINES = 150;
const BACKLOG_BYTES = 524_288;
/** The upstream connection survives a reload of the page. */
const LINGER_MS = 5_000;
/** Who has not asked for the backlog by then gets it all the same. */
const UNASKED_BACKLOG_MS = 1_500;
/** After a reconnection the daemon's last lines arrive within this time. */
const REPLAY_MS = 400;

interface Line {
  readonly frame: Buffer;
  readonly audience: string;
  readonly byteLength: number;
}

/** The console of one server in this process: one connection to the daemon, and everybody who watches. */
export class ConsoleRoom implements UpstreamListener {
  readonly viewers = new Set<Viewer>();
  private readonly upstream: UpstreamConsole;
  private readonly backlog = new RingBuffer<Line>(BACKLOG_LINES, BACKLOG_BYTES);
  private status = encodeFrame('status', ['Connecting...']);
  private stats: Buffer | undefined;
  private replay: Line[] | undefined;
  private replayEnd: NodeJS.Timeout | undefined;
  private desertion: NodeJS.Timeout | undefined;

  constructor(
    readonly serverUuid: string,
    private node: number,
    private readonly surroundings: RoomSurroundings,
  ) {
    this.upstream = new UpstreamConsole(serverUuid, () => surroundings.address(this.node), this);
    this.upstream.start();
  }

  /** The node that runs the server. */
  get nodeId(): number {
    return this.node;
  }

  get isConnected(): boolean {
    return this.upstream.isReady;
  }

  /** Lets somebody in whose right was checked: he is greeted as a daemon greets. */
  join(viewer: Viewer): void {
    clearTimeout(this.desertion);
    this.viewers.add(viewer);
    this.welcome(viewer);
    const unasked = setTimeout(() => {
      if (!viewer.hasBacklog) this.sendBacklog(viewer, true);
    }, UNASKED_BACKLOG_MS);
    unasked.unref();
  }

  leave(viewer: Viewer): void {
    if (!this.viewers.delete(viewer) || this.viewers.size > 0) return;
    this.desertion = setTimeout(() => this.surroundings.onDeserted(), LINGER_MS);
    this.desertion.unref();
  }

  /** Tells somebody that he is in, with what rights, and how the server is. */
  welcome(viewer: Viewer): void {
    viewer.send(encodeFrame('auth success', viewer.identity.permissions));
    viewer.send(this.status);
  }

  /** Answers `send logs`. */
  sendLogs(viewer: Viewer): void {
    if (viewer.unaskedBacklog) viewer.unaskedBacklog = false;
    else this.sendBacklog(viewer, false);
  }

  /** Answers `send stats`; before the first ones arrived there is nothing to say. */
  sendStats(viewer: Viewer): void {
    if (this.stats !== undefined) viewer.sendIfKeepingUp(this.stats);
  }

  /** Passes a command on; false when it has to go another way. */
  sendCommand(command: string): boolean {
    return this.upstream.sendCommand(command);
  }

  /** The node got another address or credential. */
  renew(): void {
    this.upstream.renew().catch(() => undefined);
  }

  /** The server may have moved to another node. */
  moveTo(nodeId: number): void {
    if (nodeId === this.node) return;
    this.node = nodeId;
    this.renew();
  }

  /** Ends the room: every connection is cut without a close frame. */
  close(): void {
    clearTimeout(this.desertion);
    clearTimeout(this.replayEnd);
    this.upstream.stop();
    for (const viewer of this.viewers) viewer.drop();
  }

  onConnection(status: string): void {
    this.tellStatus(status);
  }

  onReady(): void {
    if (this.backlog.size === 0) return;
    this.replay = [];
    clearTimeout(this.replayEnd);
    this.replayEnd = setTimeout(() => this.endReplay(), REPLAY_MS);
  }

  onFrame(frame: Frame): void {
    const audience = audienceOf(frame.event);
    if (audience === undefined) return;
    const [text = ''] = frame.args;
    switch (frame.event) {
      case 'status':
        this.tellStatus(text);
        return this.surroundings.onState(this.node, text);
      case 'stats':
        return this.tellStats(frame);
      case 'console output':
      case 'install output':
        return this.onLine(frame, audience);
      default:
        return this.tell(frame, audience);
    }
  }

  private tellStatus(status: string): void {
    this.status = encodeFrame('status', [status]);
    for (const viewer of this.viewers) viewer.send(this.status);
  }

  private tellStats(frame: Frame): void {
    this.stats = encodeFrame(frame.event, frame.args);
    for (const viewer of this.viewers) viewer.sendIfKeepingUp(this.stats);
    this.surroundings.onStats(this.node, frame.args[0] ?? '');
  }

  private tell(frame: Frame, audience: string): void {
    const encoded = encodeFrame(frame.event, frame.args);
    const detail = isErrorDetail(frame.event, frame.args[0] ?? '');
    const generic = detail ? encodeFrame(frame.event, [GENERIC_ERROR]) : encoded;
    for (const viewer of this.viewers) {
      if (viewer.may(audience)) viewer.send(!detail || viewer.may(ERROR_DETAIL_PERMISSION) ? encoded : generic);
    }
  }

  private onLine(frame: Frame, audience: string): void {
    const encoded = encodeFrame(frame.event, frame.args);
    const line = { frame: encoded, audience, byteLength: encoded.byteLength };
    if (this.replay !== undefined && frame.event === 'console output') this.collect(this.replay, line);
    else this.deliver(line);
  }

  /** Every viewer gets the same bytes. */
  private deliver(line: Line): void {
    this.backlog.push(line);
    for (const viewer of this.viewers) {
      if (viewer.hasBacklog && viewer.may(line.audience)) viewer.sendLine(line.frame);
    }
  }

  private collect(replay: Line[], line: Line): void {
    replay.push(line);
    if (replay.length > 4 * BACKLOG_LINES) this.endReplay();
  }

  /** Shows what happened while the daemon was away, without what everybody has seen before. */
  private endReplay(): void {
    const replayed = this.replay ?? [];
    this.replay = undefined;
    clearTimeout(this.replayEnd);
    const unseen = unseenPart(this.backlog.toArray(), replayed, (a, b) => a.frame.equals(b.frame));
    for (const line of unseen) this.deliver(line);
  }

  private sendBacklog(viewer: Viewer, unasked: boolean): void {
    viewer.hasBacklog = true;
    viewer.unaskedBacklog = unasked;
    for (const line of this.backlog.toArray()) {
      if (viewer.may(line.audience)) viewer.sendLine(line.frame);
    }
  }
}
