import { ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsObject, IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

const VARIABLE = {
  name: 'Main file',
  description: 'The file that is run.',
  env_variable: 'MAIN_FILE',
  default_value: 'index.js',
  user_viewable: true,
  user_editable: true,
  rules: 'required|string|max:64',
  field_type: 'text',
};

const EXPORT = {
  meta: { version: 'PTDL_v2' },
  name: 'Generic Node.js',
  author: 'eggs@example.com',
  description: 'Runs a Node.js program.',
  docker_images: { 'Node.js 22': 'ghcr.io/pterodactyl/yolks:nodejs_22' },
  startup: 'node {{MAIN_FILE}}',
  config: { files: '{}', startup: '{"done": "listening"}', logs: '{}', stop: '^C' },
  scripts: {
    installation: { script: 'echo installed', container: 'ghcr.io/pterodactyl/installers:debian', entrypoint: 'bash' },
  },
  variables: [VARIABLE],
};

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
  @ApiPropertyOptional({ type: String, example: 'Runs a Node.js program.' })
  description?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: String, maxLength: 191, example: 'eggs@example.com' })
  author?: unknown;

  /** @example 'ghcr.io/pterodactyl/yolks:nodejs_22' */
  @OptionalField()
  @ApiPropertyOptional({ type: String, maxLength: 191 })
  dockerImage?: unknown;

  /** Label to image. */
  @OptionalField()
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' }, example: EXPORT.docker_images })
  dockerImages?: unknown;

  /** @example 'node index.js' */
  @OptionalField()
  @ApiPropertyOptional({ type: String })
  startup?: unknown;

  /** `{name, description, env_variable, default_value, user_viewable, user_editable, rules, field_type}` each. */
  @OptionalField()
  @ApiPropertyOptional({ type: 'array', items: { type: 'object', additionalProperties: true }, example: [VARIABLE] })
  envVars?: unknown;

  /** File to `{parser, find}` as in egg exports. */
  @OptionalField()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: {} })
  configFiles?: unknown;

  /** `{startup: {done, user_interaction, strip_ansi}, stop: {type, value}, configs}` */
  @OptionalField()
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { startup: { done: ['listening'] }, stop: { type: 'signal', value: 'SIGINT' } },
  })
  processConfig?: unknown;

  /** `{script, container, entrypoint}` */
  @OptionalField()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: EXPORT.scripts.installation })
  installScript?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: [String], example: [] })
  features?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: [String], example: ['*.secret'] })
  fileDenylist?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: [String], example: ['free', 'paid'] })
  allowedPortals?: unknown;

  @OptionalField()
  @ApiPropertyOptional({ type: String, nullable: true, example: null })
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
  @ApiPropertyOptional({ type: String, nullable: true, example: null })
  url?: string;

  /** The export itself. */
  @OptionalField()
  @IsObject({ message: 'json must be an egg export' })
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: EXPORT })
  json?: Record<string, unknown>;
}

/** Which servers to sync. */
export class SyncEggDto {
  /** Leaves out servers that do not follow their egg. */
  @OptionalField()
  @IsBoolean()
  respectOptOut?: boolean;
}
