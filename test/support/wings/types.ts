/** The daemon family: Pterodactyl Wings (`go`) or wings-rs of Calagopus (`rs`). */
export type Flavour = 'go' | 'rs';

export type ProcessState = 'offline' | 'starting' | 'running' | 'stopping';

export type PowerAction = 'start' | 'stop' | 'restart' | 'kill';

/** What keeps a server from being started or changed. */
export type Lock = 'installing' | 'transferring' | 'restoring';

export type JsonObject = Record<string, unknown>;

/** Limits in MiB and percent of a core. */
export interface Build extends JsonObject {
  memory_limit?: number;
  cpu_limit?: number;
  disk_space?: number;
}

/** The part of `settings` this daemon works with; every other field is kept and handed back untouched. */
export interface ServerSettings extends JsonObject {
  uuid: string;
  suspended?: boolean;
  skip_egg_scripts?: boolean;
  invocation?: string;
  auto_start_behavior?: string;
  build?: Build;
  backups?: string[] | null;
  schedules?: ScheduleObject[] | null;
}

export interface ScheduleObject {
  uuid: string;
  actions: (JsonObject & { uuid: string; type: string })[];
}

export interface ProcessConfiguration {
  startup?: { done?: string[] | null; strip_ansi?: boolean };
  stop?: { type?: string; value?: string | null };
  configs?: JsonObject[];
}

/** A server as the panel describes it to the daemon. */
export interface ServerObject {
  uuid?: string;
  settings: ServerSettings;
  process_configuration: ProcessConfiguration;
}

/** A request the daemon received. */
export interface RecordedCall {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed when it is JSON, text otherwise, undefined when empty. */
  body: unknown;
}

/** A request the daemon made to the panel; `status` 0 means that no answer arrived. */
export interface PanelCall {
  method: string;
  path: string;
  body: unknown;
  status: number;
}

/** One activity event, as it travels to the panel. */
export interface ActivityEvent {
  user: string | null;
  server: string;
  event: string;
  metadata: JsonObject | null;
  ip: string | null;
  timestamp: string;
  schedule?: string | null;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses JSON and answers the raw text when it is not JSON. */
export function parseLoosely(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
