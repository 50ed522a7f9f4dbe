import type { RawData, WebSocket } from 'ws';
import type { Daemon } from './context.ts';
import type { Frame } from './frames.ts';
import { decodeFrame, encodeFrame } from './frames.ts';
import { isNewest } from './options.ts';
import { allows, mayReadConsole, mayReceive, recognise } from './permissions.ts';
import { RateLimit } from './rate-limit.ts';
import type { Listener, SimulatedServer } from './server.ts';
import type { TokenFlaw } from './tokens.ts';
import { reasonOf } from './tokens.ts';
import type { JsonObject, PowerAction } from './types.ts';
import { messageOf } from './types.ts';

const TOKEN_CHECK_MS = 30_000;
const EXPIRING_SECONDS = 60;
const AUTH_DEADLINE_MS = 30_000;
const PING_MS = 30_000;
const NORMAL_CLOSE = 1000;
const POWER_PERMISSIONS: Record<PowerAction, string> = {
  start: 'control.start',
  stop: 'control.stop',
  restart: 'control.restart',
  kill: 'control.stop',
};

/** One console connection of a browser or of the panel's proxy. */
export class ConsoleSocket implements Listener {
  user: string | null = null;
  readonly #daemon: Daemon;
  readonly #server: SimulatedServer;
  readonly #socket: WebSocket;
  readonly #ip: string | null;
  readonly #limits = new RateLimit();
  #permissions = new Set<string>();
  #claims: JsonObject | null = null;
  #greeted = false;

  constructor(daemon: Daemon, server: SimulatedServer, socket: WebSocket, ip: string | null) {
    this.#daemon = daemon;
    this.#server = server;
    this.#socket = socket;
    this.#ip = ip;
    server.listeners.add(this);
    const timers = [daemon.clock.every(TOKEN_CHECK_MS, () => this.#checkToken()), this.#watchPeer()];
    socket.on('message', (data, binary) => this.#onMessage(data, binary));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      server.listeners.delete(this);
      timers.forEach((end) => end());
    });
  }

  /** Tells the client about an event if it may know of it. */
  deliver(event: string, args: readonly unknown[]): void {
    if (this.#claims === null) return;
    const { flavour } = this.#daemon.options;
    const live = flavour === 'rs' ? this.#server.livePermissions.get(this.user ?? '') : undefined;
    if (mayReceive(live ?? this.#permissions, event, flavour)) this.#send(event, args);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** The `jti` of the current token, by which it can be denied. */
  get jti(): string | null {
    return this.#claims === null ? null : String(this.#claims.jti);
  }

  get #rs(): boolean {
    return this.#daemon.options.flavour === 'rs';
  }

  #send(event: string, args: readonly unknown[]): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(encodeFrame(event, args.length === 0 && !this.#rs ? undefined : args));
  }

  /** `rs` pings, `go` drops clients that do not authenticate; both in real time. */
  #watchPeer(): () => void {
    const { clock, options } = this.#daemon;
    if (!this.#rs) {
      const drop = (): void => (this.#claims === null && isNewest(options) ? this.close(NORMAL_CLOSE, '') : undefined);
      return clock.everyReal(AUTH_DEADLINE_MS, drop);
    }
    let unanswered = 0;
    this.#socket.on('pong', () => (unanswered = 0));
    return clock.everyReal(PING_MS, () => (unanswered++ < 2 ? this.#socket.ping() : this.#socket.terminate()));
  }

  #onMessage(data: RawData, binary: boolean): void {
    const frame = binary ? null : decodeFrame((data as Buffer).toString());
    if (frame === null) return;
    const limited = isNewest(this.#daemon.options) && !this.#rs ? this.#limits.hit(frame.event) : null;
    if (limited !== null) return this.#send('throttled', [limited]);
    if (frame.event === 'auth') return this.#authenticate(firstText(frame));
    if (this.#isAuthenticated()) this.#handle(frame);
  }

  #authenticate(token: string): void {
    const verdict = this.#daemon.tokens.verify(token, 'websocket');
    if (!verdict.ok) return this.#refuse(verdict.flaw);
    const { claims } = verdict;
    const permissions = recognise((claims.permissions as unknown[]).map(String), this.#daemon.options.flavour);
    if (!allows(permissions, 'websocket.connect')) return this.#refuseConnect();
    if (String(claims.server_uuid).toLowerCase() !== this.#server.uuid) return this.#refuseServer();
    this.#claims = claims;
    this.#permissions = permissions;
    this.user = String(claims.user_uuid).toLowerCase();
    this.#server.livePermissions.set(this.user, permissions);
    this.#send('auth success', this.#rs ? [...permissions] : []);
    this.#greet();
  }

  /** What a client is told once, after its first token. */
  #greet(): void {
    if (this.#greeted) return;
    this.#greeted = true;
    if (!this.#rs && isNewest(this.#daemon.options) && this.#server.settings.suspended === true) {
      return this.close(4409, 'server is suspended');
    }
    this.#send('status', [this.#server.state]);
    if (!this.#rs && this.#server.state === 'offline') this.#sendStats();
  }

  #refuse(flaw: TokenFlaw): void {
    if (!this.#rs) return this.#send('jwt error', [this.#wrap(goText(flaw))]);
    if (flaw === 'signature') return this.close(NORMAL_CLOSE, '');
    this.#send('jwt error', [`invalid token: ${reasonOf(flaw)}`]);
  }

  #refuseConnect(): void {
    if (this.#rs) this.close(NORMAL_CLOSE, '');
    else this.#send('jwt error', [this.#wrap('jwt: missing connect permission')]);
  }

  #refuseServer(): void {
    if (this.#rs) this.#send('token expired', []);
    else this.#send('jwt error', [this.#wrap('jwt: server uuid mismatch')]);
  }

  #wrap(text: string): string {
    return `Error Event [${this.#server.uuid}]: ${text}`;
  }

  /** Whether the session may do something now; tells the client when it may not. */
  #isAuthenticated(): boolean {
    if (this.#claims === null) {
      // After `token expired` an `rs` session waits for a new token; a stranger is thrown out.
      if (!this.#rs) this.#send('jwt error', ['jwt: no jwt present']);
      else if (!this.#greeted) this.close(NORMAL_CLOSE, '');
      return false;
    }
    const flaw = this.#daemon.tokens.recheck(this.#claims, 'websocket');
    if (flaw === null) return true;
    if (this.#rs) this.#expire();
    else this.#send('jwt error', [goText(flaw)]);
    return false;
  }

  /** Announces the end of the token, then ends the session. */
  #checkToken(): void {
    if (this.#claims === null) return;
    const remaining = Number(this.#claims.exp) - this.#daemon.clock.seconds();
    if (remaining <= 0) this.#expire();
    else if (remaining <= EXPIRING_SECONDS) this.#send('token expiring', []);
  }

  #expire(): void {
    this.#send('token expired', []);
    if (this.#rs) this.#claims = null;
  }

  #handle(frame: Frame): void {
    switch (frame.event) {
      case 'send logs':
        return this.#sendLogs();
      case 'send stats':
        return this.#answerStats();
      case 'send command':
        return this.#command(firstText(frame));
      case 'set state':
        return this.#setState(firstText(frame));
    }
    if (this.#rs) this.#handleRs(frame);
  }

  /** The events only `rs` knows. */
  #handleRs({ event, args }: Frame): void {
    if (event === 'send status') this.#send('status', [this.#server.state]);
    if (event === 'ping') this.#send('pong', args);
  }

  #sendLogs(): void {
    if (this.#server.state === 'offline' || !mayReadConsole(this.#permissions, this.#daemon.options.flavour)) return;
    for (const line of this.#server.logs) this.#send('console output', [line]);
  }

  #sendStats(): void {
    this.#send('stats', [JSON.stringify(this.#server.usage())]);
  }

  #answerStats(): void {
    this.#sendStats();
    if (this.#rs) this.#send('pending restart', [String(this.#server.pendingRestart)]);
  }

  #command(line: string): void {
    if (!allows(this.#permissions, 'control.console') || this.#server.state === 'offline') return;
    this.#server.command(line);
    this.#note('server:console.command', { command: line });
  }

  #setState(action: string): void {
    if (!isPowerAction(action) || !allows(this.#permissions, POWER_PERMISSIONS[action])) return;
    this.#note(`server:power.${action}`, null);
    this.#server.power(action).catch((error: unknown) => {
      if (!this.#daemon.clock.stopped) this.#sendError(messageOf(error));
    });
  }

  #sendError(message: string): void {
    const detailed = allows(this.#permissions, 'admin.websocket.errors');
    const text = detailed ? message : 'An unexpected error was encountered while handling this request.';
    if (this.#rs) this.#send('daemon message', [`\u001b[1m\u001b[41m[wings]: ${text}\u001b[0m`]);
    else this.#send('daemon error', [this.#wrap(text)]);
  }

  #note(event: string, metadata: JsonObject | null): void {
    this.#daemon.activity.note({ server: this.#server.uuid, user: this.user, ip: this.#ip, event, metadata });
  }
}

function firstText({ args }: Frame): string {
  return typeof args[0] === 'string' ? args[0] : '';
}

export function isPowerAction(action: unknown): action is PowerAction {
  return typeof action === 'string' && Object.hasOwn(POWER_PERMISSIONS, action);
}

function goText(flaw: TokenFlaw): string {
  if (flaw === 'expired') return 'jwt: exp claim is invalid';
  if (flaw === 'denied') return 'jwt: created too far in past (denylist)';
  return `jwt: ${reasonOf(flaw)}`;
}
