import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { ServerAllocations, ServerMeta } from '../../configuration/dto/server-object.dto.js';
import { ServerResources } from '../../states/dto/resources.dto.js';

export const SERVER_STATUSES = [
  'dmca',
  'suspended',
  'installing',
  'hibernated',
  'offline',
  'starting',
  'running',
  'stopping',
  'unknown',
] as const;

export type ServerStatus = (typeof SERVER_STATUSES)[number];

/** Limits: MiB, percent of a thread; 0 is unlimited (swap: 0 none, -1 unlimited). */
export class ServerLimits {
  /** @example 1024 */
  memory_limit!: number;
  /** @example 10240 */
  disk_space!: number;
  /** @example 100 */
  cpu_limit!: number;
  /** @example 0 */
  swap!: number;
  /** @example 500 */
  io_weight!: number;
  oom_disabled!: boolean;
}

export class ServerImage {
  /** @example 'ghcr.io/pterodactyl/yolks:java_21' */
  image!: string;
  /** Startup command with its placeholders. */
  startup!: string;
  kvm_passthrough_enabled!: boolean;
}

/** What the daemon is configured with, as far as lists show it. */
export class ServerConfigurationSummary {
  uuid!: string;
  meta!: ServerMeta;
  suspended!: boolean;
  allocations!: ServerAllocations;
  container!: ServerImage;

  /** Whether a change of the egg reaches the server at once; not in lists. */
  autoSyncOnEggChange?: boolean;

  /** Not in lists, and only for those who may see the startup settings. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  environment?: Record<string, string>;
}

/** One server of a list. */
export class ServerListItem {
  /** @example '0b5a4f4e-6c1e-4a39-9d5e-2f8f6f6f3b11' */
  uuid!: string;

  /** The same as `uuid`. */
  id!: string;

  /** @example 'Lobby' */
  name!: string;
  description!: string;

  /** The strongest of takedown, suspension, installation and what the node told; `unknown` while the node is away. */
  @ApiProperty({ enum: SERVER_STATUSES, example: 'running' })
  status!: ServerStatus;

  installing!: boolean;
  hibernated!: boolean;

  /** Under way to another node: power, reinstallation, deletion and most changes are refused meanwhile. */
  transferring!: boolean;

  /** Suspended or under a DMCA takedown. */
  is_suspended!: boolean;
  suspended!: boolean;
  is_dmca!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dmcaAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dmcaDeletionAt!: Date | null;

  @ApiProperty({ type: String, nullable: true })
  dmcaReason!: string | null;

  @ApiProperty({ type: String, nullable: true })
  dmcaBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  suspendedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true })
  suspendedReason!: string | null;

  @ApiProperty({ type: String, nullable: true })
  suspendedBy!: string | null;

  /** What it uses; null while the node is away or has told nothing yet. */
  @ApiProperty({ type: ServerResources, nullable: true })
  resources!: ServerResources | null;

  /** When the node last told. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  stateAt!: Date | null;

  build!: ServerLimits;
  container!: ServerImage;
  configuration!: ServerConfigurationSummary;
  nodeId!: number;
  /** @example 'Frankfurt 1' */
  nodeName!: string;
  node!: string;
  /** The owner. */
  userId!: number;
}

/** One of the servers that an account owns. */
export class UserServerItem extends OmitType(ServerListItem, ['node'] as const) {
  /** What the node told last, without the panel's own overlays; `unknown` while the node is away. */
  @ApiProperty({ example: 'running' })
  state!: string;

  /** The id of the node. */
  @ApiProperty({ type: Number, example: 1 })
  node!: number;
}

/** One port of a server. */
export class ServerAllocationItem {
  /** @example '203.0.113.5' */
  ip!: string;
  /** @example 25565 */
  port!: number;

  @ApiProperty({ type: String, nullable: true })
  fqdn!: string | null;

  is_default!: boolean;

  @ApiProperty({ type: String, nullable: true })
  notes!: string | null;
}

/** Where files are reached over SFTP; the password is that of the account. */
export class ServerSftp {
  host!: string;
  /** @example 2022 */
  port!: number;
  proxied!: boolean;
  /** @example 'ada@example.com.0b5a4f4e' */
  username!: string;
}

/** One server with everything that its page shows. */
export class ServerDetail extends ServerListItem {
  isOwner!: boolean;
  ignoreAntiAbuse!: boolean;

  /** Permissions of the caller's subuser entry; `*` for the owner and staff. */
  permissions!: string[];

  sftp!: ServerSftp;

  @ApiProperty({ type: [ServerAllocationItem] })
  allocations!: ServerAllocationItem[];

  eggId!: number;
  eggName!: string;

  /** Only for those who may see the startup settings. */
  invocation?: string;

  /** Only for those who may see the startup settings. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  environment?: Record<string, string>;

  /** E-mail address of the owner; only for staff. */
  owner?: string;
  memory?: number;
  disk?: number;
  cpu?: number;
  swap?: number;
  dockerImage?: string;
  startup?: string;
}

/** A server that is being created. */
export class CreatedServer {
  uuid!: string;
  id!: string;
  nodeId!: number;
  name!: string;

  @ApiProperty({ enum: ['installing', 'offline'] })
  status!: 'installing' | 'offline';

  /** Always null: kept for the web client. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  gambling!: Record<string, unknown> | null;
}
