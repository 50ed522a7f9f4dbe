import type { Clock } from './clock.ts';
import { FileTree } from './file-tree.ts';
import type { WingsOptions } from './options.ts';
import type {
  Build,
  Flavour,
  Lock,
  PowerAction,
  ProcessConfiguration,
  ProcessState,
  ServerObject,
  ServerSettings,
} from './types.ts';

/** A console connection, as a server sees it. */
export interface Listener {
  readonly user: string | null;
  readonly jti: string | null;
  deliver(event: string, args: readonly unknown[]): void;
  close(code: number, reason: string): void;
}

/** What survives a crash of the daemon. */
export class ServerDisk {
  readonly files = new FileTree();
  wasRunning = false;
  installing: { reinstall: boolean } | null = null;
}

interface ServerTools {
  options: WingsOptions;
  clock: Clock;
  disk: ServerDisk;
  /** Gets the current configuration from the panel. */
  pull: () => Promise<ServerObject>;
}

/** An action the daemon does not take; the message is shown to the user. */
export class Refusal extends Error {}

const TICK_MS = 50;
const THROTTLE = { lines: 2000, windowMs: 100 };
const THROTTLE_NOTICE = 'Server is outputting console data too quickly -- throttling...';
/** The escape sequences of coloured console output. */
const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');

/** One game server: its state machine, console and configuration. */
export class SimulatedServer {
  readonly uuid: string;
  readonly disk: ServerDisk;
  readonly listeners = new Set<Listener>();
  /** What each user may be told, as last set by a token, an SFTP login or ws/permissions. */
  readonly livePermissions = new Map<string, Set<string>>();
  readonly logs: string[] = [];
  readonly installLog: string[] = [];
  settings: ServerSettings;
  processConfiguration: ProcessConfiguration;
  state: ProcessState = 'offline';
  lock: Lock | null = null;
  pendingRestart = false;
  readonly #tools: ServerTools;
  /** Counts processes, so that the timers of an ended one recognise that they are stale. */
  #run = 0;
  #startedAt = 0;
  #linesPrinted = 0;
  #window = { from: 0, lines: 0 };
  #endTimers: (() => void)[] = [];

  constructor(object: ServerObject, tools: ServerTools) {
    this.#tools = tools;
    this.uuid = object.settings.uuid.toLowerCase();
    this.settings = object.settings;
    this.processConfiguration = object.process_configuration;
    this.disk = tools.disk;
  }

  get files(): FileTree {
    return this.disk.files;
  }

  /** Performs a power action; rejects with a Refusal when the server may not start. */
  async power(action: PowerAction): Promise<void> {
    if (action === 'start') await this.start();
    else if (action === 'stop') await this.stop();
    else if (action === 'kill') this.kill();
    else {
      this.assertStartable();
      await this.stop();
      await this.start();
    }
  }

  assertStartable(): void {
    if (this.settings.suspended === true) {
      throw new Refusal('Cannot start or restart a server that is suspended.');
    }
    if (this.lock !== null) throw new Refusal(`server is ${this.lock}`);
  }

  /** offline → starting → (a `done` line) → running; nothing happens unless the server is offline. */
  async start(): Promise<void> {
    this.assertStartable();
    if (this.state !== 'offline') return;
    const run = ++this.#run;
    if (this.#tools.options.flavour === 'go') this.configure(await this.#tools.pull());
    this.assertStartable();
    if (this.#run !== run) return;
    this.#begin();
    await this.#tools.clock.sleep(this.#tools.options.startDelayMs);
    if (this.#run === run) this.#becomeReady();
  }

  /** stopping → offline. */
  async stop(): Promise<void> {
    if (this.state === 'offline' || this.state === 'stopping') return;
    const run = this.#run;
    this.setState('stopping');
    await this.#tools.clock.sleep(this.#tools.options.stopDelayMs);
    if (this.#run === run) this.kill();
  }

  kill(): void {
    this.#run++;
    this.setState('offline');
  }

  /** Moves to a state at once, with everything that belongs to it. */
  setState(state: ProcessState): void {
    if (state === this.state) return;
    const wasOffline = this.state === 'offline';
    this.state = state;
    this.disk.wasRunning = state === 'starting' || state === 'running';
    if (state === 'offline') this.#end();
    else if (wasOffline) this.#animate();
    this.broadcast('status', [state]);
    if (state === 'offline') this.broadcast('stats', [JSON.stringify(this.usage())]);
  }

  /** Prints a console line, which may be the one that makes a starting server running. */
  printLine(line: string): void {
    const allowed = this.#withinThrottle();
    if (allowed === 'drop') return;
    const shown = allowed === 'notice' ? THROTTLE_NOTICE : line;
    this.logs.push(shown);
    if (this.logs.length > this.#tools.options.logBacklog) this.logs.shift();
    this.broadcast('console output', [shown]);
    if (this.state === 'starting' && this.#isReadyLine(shown)) this.setState('running');
  }

  /** Gives a command to the process; a stop command stops it. */
  command(command: string): void {
    if (this.state === 'offline') throw new Refusal('server is offline');
    this.#tools.options.commandReply(command).forEach((line) => this.printLine(line));
    const { type, value } = this.processConfiguration.stop ?? {};
    if (type === 'command' && value === command) this.#tools.clock.background('stop', this.stop());
  }

  /** Takes over a configuration; a suspension stops the server. */
  configure(object: ServerObject): void {
    const before = JSON.stringify(restartRelevant(this.settings));
    this.settings = object.settings;
    this.processConfiguration = object.process_configuration;
    const changed = JSON.stringify(restartRelevant(this.settings)) !== before;
    if (changed && this.state !== 'offline' && this.#tools.options.flavour === 'rs') {
      this.pendingRestart = true;
      this.broadcast('pending restart', ['true']);
    }
    if (this.settings.suspended === true) this.#tools.clock.background('suspension', this.stop());
  }

  broadcast(event: string, args: readonly unknown[] = []): void {
    for (const listener of this.listeners) listener.deliver(event, args);
  }

  /** The ResourceUsage of the protocol. */
  usage(): Record<string, unknown> {
    const { clock, options } = this.#tools;
    const uptime = this.state === 'offline' ? null : clock.now() - this.#startedAt;
    const use = usageOf(uptime, this.settings.build ?? {}, options.flavour);
    return { ...use, disk_bytes: this.files.size(), state: this.state };
  }

  /** The ServerState of the protocol. */
  describe(): Record<string, unknown> {
    return {
      state: this.state,
      is_suspended: this.settings.suspended === true,
      utilization: this.usage(),
      configuration: this.settings,
    };
  }

  #begin(): void {
    this.logs.length = 0;
    this.pendingRestart = false;
    this.setState('starting');
  }

  #becomeReady(): void {
    if (this.state === 'starting') this.printLine(this.#readyLine());
  }

  /** Starts the console and statistics of a process. */
  #animate(): void {
    const { clock, options } = this.#tools;
    this.#startedAt = clock.now();
    let last = Date.now();
    let owed = 0;
    const chatter = clock.everyReal(TICK_MS, () => {
      const now = Date.now();
      owed += this.state === 'running' ? ((now - last) * options.consoleLinesPerSecond) / 1000 : 0;
      last = now;
      for (; owed >= 1; owed--) this.printLine(options.consoleLine(this.uuid, this.#linesPrinted++));
    });
    const stats = clock.every(options.statsIntervalMs, () => this.broadcast('stats', [JSON.stringify(this.usage())]));
    this.#endTimers = [chatter, stats];
  }

  #end(): void {
    this.#endTimers.forEach((end) => end());
    this.#endTimers = [];
    this.#startedAt = 0;
  }

  /** The line a real server would print when it is up, made from the first `done` entry. */
  #readyLine(): string {
    const done = this.processConfiguration.startup?.done?.[0] ?? '';
    const literal = done.startsWith('regex:') ? done.slice('regex:'.length).replace(/\\(.)/g, '$1') : done;
    return `[Server thread/INFO]: ${literal === '' ? 'started' : literal}`;
  }

  #isReadyLine(line: string): boolean {
    const startup = this.processConfiguration.startup;
    const seen = startup?.strip_ansi === true ? line.replace(ANSI, '') : line;
    const rs = this.#tools.options.flavour === 'rs';
    const done = startup?.done ?? null;
    if (done === null) return rs;
    return done.some((entry) =>
      !rs && entry.startsWith('regex:') ? new RegExp(entry.slice('regex:'.length)).test(seen) : seen.includes(entry),
    );
  }

  #withinThrottle(): 'print' | 'notice' | 'drop' {
    const now = Date.now();
    if (now - this.#window.from > THROTTLE.windowMs) this.#window = { from: now, lines: 0 };
    const lines = ++this.#window.lines;
    if (lines <= THROTTLE.lines) return 'print';
    return lines === THROTTLE.lines + 1 ? 'notice' : 'drop';
  }
}

/** The settings whose change only takes effect with a restart. */
function restartRelevant(settings: ServerSettings): unknown[] {
  const { invocation, build = {}, ...rest } = settings;
  const limits: Record<string, unknown> = { ...build, cpu_limit: 0, disk_space: 0 };
  const keys = ['entrypoint', 'environment', 'allocations', 'mounts', 'container'];
  return [invocation, limits, ...keys.map((key) => rest[key])];
}

/** Plausible figures that grow and swing with the time a process has run; nothing when there is none. */
function usageOf(uptime: number | null, build: Build, flavour: Flavour): Record<string, unknown> {
  const ticks = Math.floor((uptime ?? 0) / 100);
  const online = uptime === null ? 0 : 1;
  const network = { rx_bytes: ticks * 120, tx_bytes: ticks * 300 };
  const use = {
    memory_bytes: online * (268_435_456 + (ticks % 100) * 65_536),
    memory_limit_bytes: online * (build.memory_limit ?? 0) * 1_048_576,
    network,
    cpu_absolute: online * (5 + (ticks % 50) / 10),
    uptime: uptime ?? 0,
  };
  if (flavour === 'go') return use;
  const cpu_limit_absolute = online * (build.cpu_limit ?? 0);
  return { ...use, network: { ...network, rx_packets: ticks, tx_packets: ticks }, cpu_limit_absolute };
}
