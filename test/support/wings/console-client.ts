import { WebSocket } from 'ws';
import { waitFor } from './clock.ts';
import type { Frame } from './frames.ts';
import { decodeFrame, encodeFrame } from './frames.ts';

export interface ConnectOptions {
  origin?: string;
  headers?: Record<string, string>;
  protocols?: string[];
}

/** A browser-like console: opens a socket, sends events and remembers everything it was told. */
export class ConsoleClient {
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const frame = decodeFrame((data as Buffer).toString());
      if (frame !== null) this.frames.push(frame);
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('error', () => undefined);
  }

  /** Opens a socket; rejects with the HTTP status in the message when the other side refuses the upgrade. */
  static connect(url: string, options: ConnectOptions = {}): Promise<ConsoleClient> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options.protocols ?? [], {
      ...(options.origin === undefined ? {} : { origin: options.origin }),
      headers: options.headers ?? {},
      perMessageDeflate: false,
    });
    // The listeners must be there before the first message can arrive.
    const client = new ConsoleClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
    });
  }

  send(event: string, args?: readonly unknown[]): void {
    this.#socket.send(encodeFrame(event, args));
  }

  /** Sends text that need not be a console message. */
  sendRaw(text: string): void {
    this.#socket.send(text);
  }

  /** Stops reading, as a browser on a line that is too slow. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Waits for the first message, from the beginning of the session, with this event or for which `wanted` holds. */
  waitForFrame(wanted: string | ((frame: Frame) => boolean), timeoutMs = 5000): Promise<Frame> {
    const matches = typeof wanted === 'string' ? (frame: Frame): boolean => frame.event === wanted : wanted;
    const what = typeof wanted === 'string' ? `event ${wanted}` : 'a wanted frame';
    return waitFor(() => this.frames.find(matches), timeoutMs, what);
  }

  /** Every message with this event so far. */
  framesOf(event: string): Frame[] {
    return this.frames.filter((frame) => frame.event === event);
  }

  /** Closes the socket and waits until it is closed. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
