import { badAnswer } from './wings-errors.js';

export type ProcessState = 'offline' | 'starting' | 'running' | 'stopping';

/** What a server uses, named as on the wire; bytes, percent of one thread, milliseconds. */
export interface ResourceUsage {
  memory_bytes: number;
  memory_limit_bytes: number;
  disk_bytes: number;
  network: { rx_bytes: number; tx_bytes: number };
  cpu_absolute: number;
  uptime: number;
}

/** One server as its daemon sees it. */
export interface WingsServerState {
  readonly uuid: string;
  readonly state: ProcessState;
  readonly isSuspended: boolean;
  readonly resources: ResourceUsage;
}

/** What both families tell of themselves. */
export interface WingsSystem {
  readonly version: string;
  readonly architecture: string | null;
  readonly cpuCount: number | null;
  readonly kernelVersion: string | null;
  readonly os: string | null;
}

/** How far a transfer is, as wings-rs tells: bytes packed, bytes sent or received, bytes altogether, files packed. */
export interface WingsTransferProgress {
  readonly archiveBytesProcessed: number;
  readonly networkBytesProcessed: number;
  readonly bytesTotal: number;
  readonly filesProcessed: number;
}

type Json = Record<string, unknown>;

const STATES: readonly string[] = ['offline', 'starting', 'running', 'stopping'] satisfies ProcessState[];
const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, 255) : null);
const numberOrNull = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
const amount = (value: unknown): number => Math.max(0, numberOrNull(value) ?? 0);

/** Parses a body as JSON. @throws PanelError 502 when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badAnswer(error);
  }
}

export function parseSystem(value: unknown): WingsSystem {
  if (!isObject(value) || typeof value['version'] !== 'string') throw badAnswer();
  return {
    version: value['version'].slice(0, 32),
    architecture: textOrNull(value['architecture']),
    cpuCount: numberOrNull(value['cpu_count']),
    kernelVersion: textOrNull(value['kernel_version']),
    os: textOrNull(value['os']),
  };
}

/** SHA-256 in hexadecimal. */
export function parseVersionHash(value: unknown): string {
  const hash = isObject(value) ? value['hash'] : undefined;
  if (typeof hash !== 'string' || !/^[\da-f]{64}$/i.test(hash)) throw badAnswer();
  return hash;
}

export function parseServers(value: unknown): WingsServerState[] {
  if (!Array.isArray(value)) throw badAnswer();
  return value.map(parseServer);
}

function parseServer(value: unknown): WingsServerState {
  const configuration = isObject(value) ? value['configuration'] : undefined;
  if (!isObject(value) || !isObject(configuration) || typeof configuration['uuid'] !== 'string') throw badAnswer();
  const { state } = value;
  const parts = UUID.exec(configuration['uuid']);
  if (parts === null || typeof state !== 'string' || !STATES.includes(state)) throw badAnswer();
  return {
    uuid: parts.slice(1).join('-').toLowerCase(),
    state: state as ProcessState,
    isSuspended: value['is_suspended'] === true,
    resources: parseUsage(value['utilization']),
  };
}

/** What a server uses; figures that are missing or no numbers count as nothing. */
export function parseUsage(value: unknown): ResourceUsage {
  const usage = isObject(value) ? value : {};
  const network = isObject(usage['network']) ? usage['network'] : {};
  return {
    memory_bytes: amount(usage['memory_bytes']),
    memory_limit_bytes: amount(usage['memory_limit_bytes']),
    disk_bytes: amount(usage['disk_bytes']),
    network: { rx_bytes: amount(network['rx_bytes']), tx_bytes: amount(network['tx_bytes']) },
    cpu_absolute: amount(usage['cpu_absolute']),
    uptime: amount(usage['uptime']),
  };
}

/** Transfers under way, by server; what is no transfer is left out. */
export function parseTransfers(value: unknown): Map<string, WingsTransferProgress> {
  if (!isObject(value)) throw badAnswer();
  const known = Object.entries(value).flatMap(([uuid, progress]): [string, WingsTransferProgress][] => {
    const parts = UUID.exec(uuid);
    if (parts === null || !isObject(progress)) return [];
    const figures = {
      archiveBytesProcessed: amount(progress['archive_bytes_processed']),
      networkBytesProcessed: amount(progress['network_bytes_processed']),
      bytesTotal: amount(progress['bytes_total']),
      filesProcessed: amount(progress['files_processed']),
    };
    return [[parts.slice(1).join('-').toLowerCase(), figures]];
  });
  return new Map(known);
}

/** Console lines: `{data: [line]}` of Go Wings, plain text of wings-rs. */
export function parseLog(contentType: string, text: string): string[] {
  if (!contentType.startsWith('application/json')) return text.split('\n').filter((line) => line !== '');
  const value = parseJson(text);
  const lines = isObject(value) ? value['data'] : undefined;
  if (!Array.isArray(lines) || !lines.every((line) => typeof line === 'string')) throw badAnswer();
  return lines;
}
