import { ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsObject, IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

/**
 * An egg. The contents are checked by the same rules as imports (src/servers/eggs/egg-definition.ts), which name the
 * field and what is wrong with it.
 */
export class WriteEggDto {
  /** @example 'Generic Node.js' */
  @OptionalField()
  @ApiPropertyOptional({ type: String, maxLength: 191 })
  name?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: String })
  description?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: String, maxLength: 191 })
  author?: unknown;

  /** @example 'ghcr.io/pterodactyl/yolks:nodejs_22' */
  @OptionalField()
  @ApiPropertyOptional({ type: String, maxLength: 191 })
  dockerImage?: unknown;

  /** Label to image. */
  @OptionalField()
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  dockerImages?: unknown;

  /** @example 'node index.js' */
  @OptionalField()
  @ApiPropertyOptional({ type: String })
  startup?: unknown;

  /** `{name, description, env_variable, default_value, user_viewable, user_editable, rules, field_type}` each. */
  @OptionalField()
  @ApiPropertyOptional({ type: 'array', items: { type: 'object', additionalProperties: true } })
  envVars?: unknown;

  /** File to `{parser, find}` as in egg exports. */
  @OptionalField()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  configFiles?: unknown;

  /** `{startup: {done, user_interaction, strip_ansi}, stop: {type, value}, configs}` */
  @OptionalField()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  processConfig?: unknown;

  /** `{script, container, entrypoint}` */
  @OptionalField()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  installScript?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: [String] })
  features?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: [String] })
  fileDenylist?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: [String] })
  allowedPortals?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: String })
  updateUrl?: unknown;

  @OptionalField()
  @IsBoolean()
  visible?: boolean;

  @OptionalField()
  @IsBoolean()
  requiresKvm?: boolean;

  @OptionalField()
  @IsBoolean()
  rootless?: boolean;
}

/** Changes of an egg; what is absent stays. */
export class UpdateEggDto extends PartialType(WriteEggDto) {}

/** An egg export (PTDL_v1, PTDL_v2, PLCN_v1), or where to fetch one. */
export class ImportEggDto {
  /** Public http or https address. */
  @OptionalField()
  @IsString()
  @MaxLength(2_048)
  url?: string;

  /** The export itself. */
  @OptionalField()
  @IsObject({ message: 'json must be an egg export' })
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  json?: Record<string, unknown>;
}

/** Which servers to sync. */
export class SyncEggDto {
  /** Leaves out servers that do not follow their egg. */
  @OptionalField()
  @IsBoolean()
  respectOptOut?: boolean;
}
