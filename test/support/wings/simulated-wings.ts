import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { ActivityLog } from './activity.ts';
import { bootAgainstPanel } from './boot.ts';
import type { BootReport } from './boot.ts';
import { Clock, waitFor } from './clock.ts';
import { ConsoleSocket } from './console-socket.ts';
import type { Daemon, Disk } from './context.ts';
import { Faults, applies } from './faults.ts';
import { HttpApi, isAllowedOrigin, recorded } from './http-api.ts';
import { isNewest, resolveOptions } from './options.ts';
import type { WingsOptions } from './options.ts';
import { PanelClient } from './panel-client.ts';
import { ServerDisk, SimulatedServer } from './server.ts';
import { loginOverSftp } from './sftp.ts';
import type { SftpCredentials, SftpOutcome } from './sftp.ts';
import { TokenVerifier } from './tokens.ts';
import type { ActivityEvent, JsonObject, PanelCall, ProcessState, RecordedCall, ServerObject } from './types.ts';
import { parseServer } from './validate-server.ts';

const SOCKET_PATH = /^\/api\/servers\/([^/]+)\/ws$/;
const MOST_SOCKETS = 30;
const GO_FRAME_LIMIT = 4096;
const GOING_AWAY = 1001;
/** How long a graceful stop waits for running answers. */
const GRACE_MS = 500;

/**
 * A node daemon for tests, benchmarks and demonstrations: real HTTP and WebSocket on loopback, of either family,
 * without containers. Servers, files and backups live in memory and survive `crash` and `restart`, as a disk would.
 */
export class SimulatedWings {
  readonly options: WingsOptions;
  readonly faults = new Faults();
  /** Requests received, oldest first. */
  readonly calls: RecordedCall[] = [];
  /** Requests made to the panel, every attempt, oldest first. */
  readonly panelCalls: PanelCall[] = [];
  /** Most power requests that were under way at the same moment. */
  mostPowerRequests = 0;
  #powerRequests = 0;
  readonly disk: Disk = { servers: new Map(), backups: new Map() };
  #daemon: Daemon;
  #server: Server | null = null;
  #connections = new Set<Socket>();
  #port: number;

  constructor(options: Partial<WingsOptions> = {}) {
    this.options = resolveOptions(options);
    this.#port = this.options.port;
    this.#daemon = this.#newLife();
  }

  /** The daemon's base URL; the port is known once it listens. */
  get url(): string {
    return `${this.options.tls === false ? 'http' : 'https'}://${this.options.host}:${this.#port}`;
  }

  /** The servers of the current life, by lower-case uuid. */
  get servers(): Map<string, SimulatedServer> {
    return this.#daemon.servers;
  }

  /** The client for calls to the panel that have no method of their own. */
  get panel(): PanelClient {
    return this.#daemon.panel;
  }

  get listening(): boolean {
    return this.#server !== null;
  }

  /** Performs the flavour's boot against the panel, then listens. Rejects when the real daemon would exit. */
  async boot(): Promise<BootReport> {
    this.#endLife();
    this.#daemon = this.#newLife();
    try {
      const report = await bootAgainstPanel(this.#daemon);
      await this.#listen();
      return report;
    } catch (error) {
      this.#endLife();
      throw error;
    }
  }

  /** Listens without talking to the panel; `addServer` then makes servers known. */
  async listenOnly(): Promise<void> {
    if (this.#daemon.clock.stopped) this.#daemon = this.#newLife();
    await this.#listen();
  }

  /** Ends in good order: sockets are told to go away and running requests are answered. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const running of this.servers.values()) {
      running.listeners.forEach((listener) => listener.close(GOING_AWAY, 'daemon is stopping'));
    }
    const closed = server === null ? null : new Promise((resolve) => server.close(resolve));
    server?.closeIdleConnections();
    const patience = setTimeout(() => this.#cutConnections(), GRACE_MS);
    await closed;
    clearTimeout(patience);
    this.#endLife();
    this.#cutConnections();
  }

  /** Dies at once: every connection is cut, the port is closed, all processes are forgotten. */
  async crash(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server === null ? null : new Promise((resolve) => server.close(resolve));
    this.#endLife();
    this.#cutConnections();
    await closed;
  }

  /** Crashes and boots again on the same port. */
  async restart(): Promise<BootReport> {
    await this.crash();
    return this.boot();
  }

  /** Makes a server known without asking the panel. */
  addServer(object: ServerObject): SimulatedServer {
    return this.#daemon.adopt(parseServer(object, this.options.flavour));
  }

  /** The server with this uuid; throws when the daemon does not know it. */
  server(uuid: string): SimulatedServer {
    const server = this.servers.get(uuid.toLowerCase());
    if (server === undefined) throw new Error(`the daemon does not know server ${uuid}`);
    return server;
  }

  /** How many console sockets of a server are open, authenticated or not. */
  upstreamSockets(uuid: string): number {
    return this.servers.get(uuid.toLowerCase())?.listeners.size ?? 0;
  }

  printLine(uuid: string, line: string): void {
    this.server(uuid).printLine(line);
  }

  setState(uuid: string, state: ProcessState): void {
    this.server(uuid).setState(state);
  }

  /** Sends an event to every console socket that may know of it. */
  emit(uuid: string, event: string, args: readonly unknown[] = []): void {
    this.server(uuid).broadcast(event, args);
  }

  /** Asks the panel whether somebody may log in over SFTP. */
  sftpLogin(credentials: SftpCredentials): Promise<SftpOutcome> {
    return loginOverSftp(this.#daemon, credentials);
  }

  /** Notes an event for the next `flushActivity`. */
  noteActivity(event: Partial<ActivityEvent> & { server: string; event: string }): void {
    this.#daemon.activity.note(event);
  }

  /** Reports the activity collected so far. */
  flushActivity(): Promise<void> {
    return this.#daemon.activity.flush();
  }

  /** Reports these activity events as they are. */
  reportActivity(events: ActivityEvent[]): Promise<void> {
    return this.#daemon.activity.report(events);
  }

  /** Reports schedule results as they are. */
  async reportSchedules(results: JsonObject[]): Promise<void> {
    await this.panel.call('POST', '/schedule', { body: { data: results }, retry: false });
  }

  /** Reports a backup, successful unless told otherwise. */
  async reportBackup(uuid: string, report: JsonObject = {}): Promise<void> {
    const type = this.options.flavour === 'go' ? 'sha1' : 'sha256';
    const result = { checksum: 'da39a3ee', checksum_type: type, size: 1024, successful: true, parts: [] };
    const extra = this.options.flavour === 'go' ? {} : { files: 1, browsable: true, streaming: false };
    await this.panel.call('POST', `/backups/${uuid}`, { body: { ...result, ...extra, ...report } });
  }

  /** Waits until a request for which the predicate holds was received. */
  waitForCall(predicate: (call: RecordedCall) => boolean, timeoutMs = 5000): Promise<RecordedCall> {
    return waitFor(() => this.calls.find(predicate), timeoutMs, 'a call to the daemon');
  }

  /** Waits until a request for which the predicate holds was answered by the panel. */
  waitForPanelCall(predicate: (call: PanelCall) => boolean, timeoutMs = 5000): Promise<PanelCall> {
    return waitFor(() => this.panelCalls.find(predicate), timeoutMs, 'a call to the panel');
  }

  /** Waits until the condition gives a truthy value and answers that value. */
  waitFor<T>(condition: () => T | null | undefined | false, timeoutMs = 5000): Promise<T> {
    return waitFor(condition, timeoutMs);
  }

  #newLife(): Daemon {
    const { options, faults, disk } = this;
    const secret = (): string => (faults.wrongToken ? `wrong-${options.token}` : options.token);
    const { log } = options;
    const clock = new Clock({ scale: () => options.clockScale, offsetSeconds: () => faults.clockOffsetSeconds, log });
    const record = (call: PanelCall): void => remember(this.panelCalls, call, options.recordLimit);
    const panel = new PanelClient({ options, faults, clock, token: secret, record });
    const servers = new Map<string, SimulatedServer>();
    const pull = async (uuid: string): Promise<ServerObject> =>
      parseServer((await panel.call('GET', `/servers/${uuid}`)).body, options.flavour);
    const adopt = (object: ServerObject): SimulatedServer => {
      const uuid = object.settings.uuid.toLowerCase();
      const files = disk.servers.get(uuid) ?? new ServerDisk();
      disk.servers.set(uuid, files);
      const server = new SimulatedServer(object, { options, clock, disk: files, pull: () => pull(uuid) });
      servers.set(uuid, server);
      return server;
    };
    const tokens = new TokenVerifier(options, clock, secret);
    const activity = new ActivityLog(options, clock, panel);
    return { options, faults, clock, panel, tokens, activity, servers, disk, secret, adopt, pull };
  }

  #endLife(): void {
    this.#daemon.clock.stop();
    this.#daemon.panel.close();
    this.#daemon.servers.clear();
  }

  #cutConnections(): void {
    for (const socket of this.#connections) socket.destroy();
    this.#connections.clear();
  }

  async #listen(): Promise<void> {
    const { tls, host } = this.options;
    const api = new HttpApi(this.#daemon, (call) => remember(this.calls, call, this.options.recordLimit));
    const answer: Parameters<typeof createServer>[1] = (request, response) => {
      const isPower = request.url?.endsWith('/power') === true;
      if (isPower) this.mostPowerRequests = Math.max(this.mostPowerRequests, ++this.#powerRequests);
      void api.handle(request, response).then(() => (this.#powerRequests -= isPower ? 1 : 0));
    };
    const server = tls === false ? createServer(answer) : createTlsServer(tls, answer);
    server.on('connection', (socket: Socket) => this.#onConnection(socket));
    const goLimit = this.options.flavour === 'go' && isNewest(this.options);
    const sockets = new WebSocketServer({ noServer: true, ...(goLimit ? { maxPayload: GO_FRAME_LIMIT } : {}) });
    server.on('upgrade', (request, socket, head) => this.#onUpgrade(sockets, request, socket, head));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, host, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  #onConnection(socket: Socket): void {
    if (this.faults.refuseConnections) return void socket.destroy();
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
  }

  #onUpgrade(sockets: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', this.url);
    remember(this.calls, recorded(request, url, Buffer.alloc(0)), this.options.recordLimit);
    socket.on('error', () => undefined);
    if (applies(this.faults.hang, url.pathname)) return;
    const server = this.servers.get((SOCKET_PATH.exec(url.pathname)?.[1] ?? '').toLowerCase());
    const refusal = this.#socketRefusal(server, url.pathname, request.headers.origin);
    if (refusal !== null || server === undefined) {
      return void socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
    const ip = request.socket.remoteAddress ?? null;
    sockets.handleUpgrade(request, socket, head, (open) => new ConsoleSocket(this.#daemon, server, open, ip));
  }

  /** The status line with which a console socket is refused, or null. */
  #socketRefusal(server: SimulatedServer | undefined, path: string, origin: string | undefined): string | null {
    if (applies(this.faults.status500, path)) return '500 Internal Server Error';
    if (server === undefined) return '404 Not Found';
    if (this.options.flavour === 'rs') return null;
    if (!isAllowedOrigin(this.#daemon, origin)) return '403 Forbidden';
    return isNewest(this.options) && server.listeners.size >= MOST_SOCKETS ? '400 Bad Request' : null;
  }
}

/** Appends to a record that must not grow without bound. */
function remember<T>(record: T[], entry: T, limit: number): void {
  record.push(entry);
  if (record.length > limit) record.shift();
}
