import { randomUUID } from 'node:crypto';
import type { Flavour } from './types.ts';

/** Everything that shapes a simulated daemon. All of it has a default and may be changed while the daemon runs. */
export interface WingsOptions {
  /** Base URL of the panel, without `/api/remote`. */
  panelUrl: string;
  tokenId: string;
  /** The node's secret; also the key of every JWT. */
  token: string;
  uuid: string;
  flavour: Flavour;
  /** `go` before 1.12 and `rs` before 1.0 behave like their older lines. */
  version: string;
  host: string;
  /** 0 picks a free port; a restart keeps it. */
  port: number;
  tls: false | { key: string; cert: string };
  /** Multiplies the daemon's own pauses and work; guards on peers (request timeouts, pings) stay in real time. */
  clockScale: number;
  installDelayMs: number;
  installSucceeds: boolean;
  startDelayMs: number;
  stopDelayMs: number;
  backupDelayMs: number;
  backupSucceeds: boolean;
  transferDelayMs: number;
  /** How long the target of a transfer unpacks. */
  receiveDelayMs: number;
  /** Lines each running server prints per real second. */
  consoleLinesPerSecond: number;
  consoleLine: (serverUuid: string, index: number) => string;
  /** What a running server prints when it is given a command. */
  commandReply: (command: string) => string[];
  statsIntervalMs: number;
  /** Lines kept for `send logs` and the logs route. */
  logBacklog: number;
  /** Browser origins accepted besides `panelUrl`; `*` accepts all. */
  allowedOrigins: string[];
  /** Added before every HTTP answer, in real time. */
  latencyMs: number;
  /** Pause between automatic activity reports, in real time so that tests can flush on demand. */
  activityIntervalMs: number;
  /** Attempts of `rs` against a failing panel. */
  retryLimit: number;
  /** Request timeout against the panel: 30 s on `go`, 15 s on `rs`. */
  panelTimeoutMs: number;
  /** How many received and made calls are remembered. */
  recordLimit: number;
  /** The boot time tokens are compared with, in Unix seconds; by default the moment of the boot. */
  bootTime: number | null;
  log: (message: string) => void;
}

const NEWEST = { go: '1.12.1', rs: '1.1.0' };

/** Fills the gaps of the given options with defaults. */
export function resolveOptions(given: Partial<WingsOptions>): WingsOptions {
  const flavour = given.flavour ?? 'rs';
  const options: WingsOptions = {
    panelUrl: 'http://127.0.0.1:3000',
    tokenId: 'simulatedwings01',
    token: 'simulated'.repeat(8).slice(0, 64),
    uuid: randomUUID(),
    flavour,
    version: NEWEST[flavour],
    host: '127.0.0.1',
    port: 0,
    tls: false,
    clockScale: 1,
    installDelayMs: 5000,
    installSucceeds: true,
    startDelayMs: 3000,
    stopDelayMs: 2000,
    backupDelayMs: 2000,
    backupSucceeds: true,
    transferDelayMs: 1000,
    receiveDelayMs: 0,
    consoleLinesPerSecond: 0,
    consoleLine: (_uuid, index) => `[${new Date().toISOString()}] [Server thread/INFO]: tick ${index}`,
    commandReply: (command) => [`[Server thread/INFO]: executed ${command}`],
    statsIntervalMs: 1000,
    logBacklog: 150,
    allowedOrigins: [],
    latencyMs: 0,
    activityIntervalMs: 60_000,
    retryLimit: 10,
    panelTimeoutMs: flavour === 'go' ? 30_000 : 15_000,
    recordLimit: 10_000,
    bootTime: null,
    log: () => undefined,
    ...given,
  };
  options.panelUrl = options.panelUrl.replace(/\/+$/, '');
  return options;
}

/** Whether the daemon shows the newest behaviour of its family, not that of go 1.11 or rs 0.22. */
export function isNewest(options: WingsOptions): boolean {
  const [major = 0, minor = 0] = options.version.split('.').map(Number);
  return options.flavour === 'rs' ? major >= 1 : major > 1 || (major === 1 && minor >= 12);
}
