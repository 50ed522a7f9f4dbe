import { ApiProperty } from '@nestjs/swagger';

/** Name and description as the daemon shows them. */
export class ServerMeta {
  name!: string;
  description!: string;
}

/** An address and a port. */
export class AddressPort {
  /** @example '203.0.113.5' */
  ip!: string;
  /** @example 25565 */
  port!: number;
}

/** Ports that the daemon binds on its host. */
export class ServerAllocations {
  force_outgoing_ip!: boolean;

  @ApiProperty({ type: AddressPort, nullable: true })
  default!: AddressPort | null;

  /** Address to ports. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'array', items: { type: 'integer' } } })
  mappings!: Record<string, number[]>;
}

/** Limits: MiB, percent of a core; 0 is unlimited (swap: 0 none, -1 unlimited). */
export class ServerBuild {
  memory_limit!: number;
  overhead_memory!: number;
  swap!: number;
  io_weight!: number;
  cpu_limit!: number;
  disk_space!: number;

  @ApiProperty({ type: String, nullable: true })
  threads!: string | null;

  oom_disabled!: boolean;
}

/** A directory of the host inside the container. */
export class MountedFolder {
  source!: string;
  target!: string;
  read_only!: boolean;
}

/** The egg as the daemon knows it. */
export class ServerEgg {
  /** Derived from the egg's number; daemons only compare it. */
  id!: string;
  /** gitignore patterns that are hidden from files, SFTP and backups. */
  file_denylist!: string[];
}

/** System calls that the container may not use. */
export class ServerSeccomp {
  remove_allowed!: string[];
}

/** The container a server runs in. */
export class ServerContainer {
  image!: string;

  @ApiProperty({ type: String, nullable: true })
  timezone!: string | null;

  hugepages_passthrough_enabled!: boolean;
  kvm_passthrough_enabled!: boolean;
  seccomp!: ServerSeccomp;
}

/** Killing a server that does not stop by itself. */
export class ServerAutoKill {
  enabled!: boolean;
  seconds!: number;
}

/** `settings` of wings-protocol A.2: every number is an integer, every environment value a string. */
export class ServerSettings {
  uuid!: string;
  start_on_completion!: boolean;
  meta!: ServerMeta;
  suspended!: boolean;
  /** Startup command; `{{VARIABLE}}` is expanded in the container. */
  invocation!: string;
  skip_egg_scripts!: boolean;

  @ApiProperty({ type: [String], nullable: true })
  entrypoint!: string[] | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  environment!: Record<string, string>;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  labels!: Record<string, string>;

  backups!: string[];

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  schedules!: Record<string, unknown>[];

  crash_detection_enabled!: boolean;
  allocations!: ServerAllocations;
  build!: ServerBuild;

  @ApiProperty({ type: [MountedFolder] })
  mounts!: MountedFolder[];

  egg!: ServerEgg;
  container!: ServerContainer;
  auto_kill!: ServerAutoKill;

  @ApiProperty({ enum: ['always', 'unless_stopped', 'never'] })
  auto_start_behavior!: 'always' | 'unless_stopped' | 'never';
}

/** When a starting server counts as running. */
export class ProcessStartup {
  /** Console lines that contain any of these end the start. */
  done!: string[];
  user_interaction!: string[];
  strip_ansi!: boolean;
}

/** How a server is stopped. */
export class ProcessStop {
  @ApiProperty({ enum: ['command', 'signal', 'stop'] })
  type!: 'command' | 'signal' | 'stop';

  /** Console command, or name of the signal. */
  value!: string;
}

export type ConfigParser = 'file' | 'yaml' | 'properties' | 'ini' | 'json' | 'xml';

/** One value to write into a configuration file. */
export class ConfigReplacement {
  /** Key, dotted path or beginning of a line. */
  match!: string;

  /** What is written: text, number or boolean. */
  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] })
  replace_with!: string | number | boolean;

  /** Only when the present value is this one. */
  if_value?: string;
}

/** Values that the daemon writes into a file before each start. */
export class ConfigFile {
  file!: string;

  @ApiProperty({ enum: ['file', 'yaml', 'properties', 'ini', 'json', 'xml'] })
  parser!: ConfigParser;

  @ApiProperty({ type: [ConfigReplacement] })
  replace!: ConfigReplacement[];
}

export class ProcessConfiguration {
  startup!: ProcessStartup;
  stop!: ProcessStop;

  @ApiProperty({ type: [ConfigFile] })
  configs!: ConfigFile[];
}

/** A server as its daemon is told about it (wings-protocol A.2). */
export class ServerObject {
  uuid!: string;
  settings!: ServerSettings;
  process_configuration!: ProcessConfiguration;
}

/** Paging as daemons read it: 1-based, all numbers. */
export class ServerPageMeta {
  current_page!: number;

  @ApiProperty({ type: Number, nullable: true })
  from!: number | null;

  last_page!: number;
  per_page!: number;

  @ApiProperty({ type: Number, nullable: true })
  to!: number | null;

  total!: number;
}

export class ServerPage {
  @ApiProperty({ type: [ServerObject] })
  data!: ServerObject[];

  meta!: ServerPageMeta;
}

/** What the daemon runs to install a server (wings-protocol A.4). */
export class InstallScript {
  container_image!: string;
  entrypoint!: string;

  /** Lines end with LF; null when the egg installs nothing. */
  @ApiProperty({ type: String, nullable: true })
  script!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  environment!: Record<string, string>;
}
