import type { ClientRequestArgs } from 'node:http';
import type { LookupFunction } from 'node:net';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { logger } from '../../common/logging/logger.js';
import { decodeFrame, encodeFrame } from './frames.js';
import type { Frame } from './frames.js';

/** Where a server's console is and how the relay proves itself there; made anew for each connection. */
export interface UpstreamAddress {
  readonly url: string;
  /** Sent as `Origin`: wings (Go) refuses sockets of origins it does not know. */
  readonly origin: string;
  /** A console JWT of the relay. */
  readonly token: string;
  /** Refuses addresses that nodes may not have. */
  readonly lookup: LookupFunction;
  /** The daemon may run only one command a second of a socket, which all viewers share here (Go Wings from 1.12). */
  readonly limitsCommands: boolean;
}

/** What a connection to a daemon tells its room. */
export interface UpstreamListener {
  /** `Connecting...`, `Connected` or `Disconnected`, the relay's own statuses. */
  onConnection(status: string): void;
  /** The daemon accepted the relay; lines it sends next may be ones sent before. */
  onReady(): void;
  onFrame(frame: Frame): void;
}

const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;
const HANDSHAKE_MS = 20_000;
const PING_MS = 15_000;
const UNANSWERED_PINGS = 3;
/** Daemons send nothing near this; more would be an attack on the panel's memory. */
const MAXIMUM_FRAME_BYTES = 1_048_576;

/**
 * The one connection of this process to the console of a server. It authenticates by itself, renews its token when the
 * daemon asks, and comes back after every loss (2 s, doubling to 60 s) for as long as it is not stopped.
 */
export class UpstreamConsole {
  private socket: WebSocket | undefined;
  private retry: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private dialled: UpstreamAddress | undefined;
  private attempts = 0;
  private unanswered = 0;
  private authenticated = false;
  private stopped = false;

  constructor(
    private readonly server: string,
    private readonly address: () => Promise<UpstreamAddress>,
    private readonly listener: UpstreamListener,
  ) {}

  /** Whether what is sent now reaches the daemon. */
  get isReady(): boolean {
    return this.authenticated && this.socket?.readyState === WebSocket.OPEN;
  }

  start(): void {
    void this.dial();
  }

  /** Sends a command; false when the daemon is not reachable this way, or might drop it. */
  sendCommand(command: string): boolean {
    if (!this.isReady || this.dialled?.limitsCommands !== false) return false;
    this.send('send command', [command]);
    return true;
  }

  /** The node changed: goes to its new address, or proves itself with its new credential. */
  async renew(): Promise<void> {
    if (this.stopped) return;
    if (this.socket === undefined) return this.redial();
    const { url, origin, token } = await this.address();
    if (url !== this.dialled?.url || origin !== this.dialled.origin) return this.redial();
    if (this.isReady) this.send('auth', [token]);
  }

  /** Ends it for good, without a word to the listener. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.abandon();
  }

  private send(event: string, args: readonly string[]): void {
    this.socket?.send(encodeFrame(event, args), { binary: false });
  }

  private redial(): void {
    clearTimeout(this.retry);
    this.attempts = 0;
    this.abandon();
    void this.dial();
  }

  private abandon(): void {
    const { socket } = this;
    this.socket = undefined;
    this.authenticated = false;
    clearInterval(this.heartbeat);
    socket?.terminate();
  }

  private async dial(): Promise<void> {
    this.listener.onConnection('Connecting...');
    try {
      const address = await this.address();
      // A second dial may have begun while the address was looked up.
      if (this.stopped || this.socket !== undefined) return;
      this.open(address);
    } catch (error) {
      logger.info({ server: this.server, reason: (error as Error).message }, 'console not reachable');
      if (!this.stopped && this.socket === undefined) this.retryLater();
    }
  }

  private open(address: UpstreamAddress): void {
    const { url, origin, token, lookup } = address;
    const options: ClientOptions & ClientRequestArgs = {
      origin,
      lookup,
      handshakeTimeout: HANDSHAKE_MS,
      perMessageDeflate: false,
      maxPayload: MAXIMUM_FRAME_BYTES,
      followRedirects: false,
    };
    const socket = new WebSocket(url, options);
    this.socket = socket;
    this.dialled = address;
    // `close` follows every `error`.
    socket.on('error', (error) => logger.debug({ server: this.server, reason: error.message }, 'console connection'));
    socket.on('open', () => this.onOpen(socket, token));
    socket.on('pong', () => (this.unanswered = 0));
    socket.on('message', (data, isBinary) => {
      const frame = decodeFrame(data, isBinary);
      if (frame !== undefined && this.socket === socket) this.onFrame(socket, frame);
    });
    socket.on('close', () => this.onClose(socket));
  }

  private onOpen(socket: WebSocket, token: string): void {
    if (this.socket !== socket) return;
    this.listener.onConnection('Connected');
    socket.send(encodeFrame('auth', [token]), { binary: false });
    this.unanswered = 0;
    this.heartbeat = setInterval(() => this.beat(socket), PING_MS);
  }

  /** A daemon that never answers, neither to pings nor to the token, is left and tried anew. */
  private beat(socket: WebSocket): void {
    if (!this.authenticated || this.unanswered++ >= UNANSWERED_PINGS) socket.terminate();
    else socket.ping();
  }

  private onFrame(socket: WebSocket, frame: Frame): void {
    switch (frame.event) {
      case 'auth success':
        return this.onAuthenticated();
      case 'token expiring':
      case 'token expired':
        return this.authenticateAgain(socket);
      case 'jwt error':
        // A daemon that has just started, or whose clock is off, takes a later token.
        logger.warn({ server: this.server, reason: frame.args[0] }, 'the daemon refuses the console relay');
        return socket.terminate();
      default:
        this.listener.onFrame(frame);
    }
  }

  private onAuthenticated(): void {
    if (this.authenticated) return;
    this.authenticated = true;
    this.attempts = 0;
    this.listener.onReady();
    this.send('send logs', []);
    this.send('send stats', []);
  }

  private authenticateAgain(socket: WebSocket): void {
    this.address().then(
      ({ token }) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(encodeFrame('auth', [token]), { binary: false });
      },
      () => socket.terminate(),
    );
  }

  private onClose(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.abandon();
    this.listener.onConnection('Disconnected');
    this.retryLater();
  }

  /** Spread a little, so that a restarted daemon is not met by all its consoles in one moment. */
  private retryLater(): void {
    const delay = Math.min(FIRST_RETRY_MS * 2 ** this.attempts, LONGEST_RETRY_MS) * (1 + Math.random() * 0.2);
    this.attempts += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.dial(), delay);
  }
}
