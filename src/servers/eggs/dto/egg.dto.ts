import { ApiProperty } from '@nestjs/swagger';
import { ConfigFile, ProcessStartup, ProcessStop } from '../../configuration/dto/server-object.dto.js';
import { StartupVariable } from '../../startup/dto/startup.dto.js';

/** What users see of an egg. */
export class EggSummary {
  id!: number;
  uuid!: string;
  /** @example 'Paper' */
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ type: String, nullable: true })
  author!: string | null;

  dockerImage!: string;

  /** Label to image. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  dockerImages!: Record<string, string>;

  startup!: string;

  @ApiProperty({ type: [StartupVariable] })
  envVars!: StartupVariable[];

  features!: string[];

  /** Portals that may use it; empty allows all. */
  allowedPortals!: string[];

  visible!: boolean;
  requiresKvm!: boolean;
  rootless!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: Date;
}

/** When a start is over, how to stop, and values written into files. */
export class EggProcessConfig {
  startup!: ProcessStartup;
  stop!: ProcessStop;

  @ApiProperty({ type: [ConfigFile] })
  configs!: ConfigFile[];
}

/** How servers of the egg are installed. */
export class EggInstallScript {
  script!: string;
  /** @example 'ghcr.io/pterodactyl/installers:debian' */
  container!: string;
  /** @example 'bash' */
  entrypoint!: string;
}

/** An egg with what only staff sees. */
export class EggDetail extends EggSummary {
  /** File to `{parser, find}` as in egg exports. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  configFiles!: Record<string, unknown>;

  processConfig!: EggProcessConfig;

  @ApiProperty({ type: EggInstallScript, nullable: true })
  installScript!: EggInstallScript | null;

  fileDenylist!: string[];

  @ApiProperty({ type: String, nullable: true })
  updateUrl!: string | null;
}

export const EGG_SYNC_STATUSES = ['synced', 'skipped_opt_out', 'node_service_unavailable', 'error'] as const;

/** What became of one server. */
export class EggSyncEntry {
  uuid!: string;

  @ApiProperty({ enum: EGG_SYNC_STATUSES })
  status!: (typeof EGG_SYNC_STATUSES)[number];

  error?: string;
}

/** What became of the servers of an egg. */
export class EggSyncResult {
  total!: number;

  @ApiProperty({ type: [EggSyncEntry] })
  results!: EggSyncEntry[];
}
