import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { ProcessStartup, ProcessStop } from '../../configuration/dto/server-object.dto.js';

/** An image that may be chosen. */
export class DockerImageOption {
  /** @example 'Java 21' */
  label!: string;
  /** @example 'ghcr.io/pterodactyl/yolks:java_21' */
  value!: string;
}

/** A variable of the egg. */
export class StartupVariable {
  name!: string;
  description!: string;
  /** @example 'SERVER_JARFILE' */
  env_variable!: string;
  default_value!: string;
  user_viewable!: boolean;
  user_editable!: boolean;
  /** @example 'required|string|max:64' */
  rules!: string;
  /** @example 'text' */
  field_type!: string;
}

/** When a start counts as done, and how to stop. */
export class StartupProcess {
  startup!: ProcessStartup;
  stop!: ProcessStop;
}

/** How a server is started. */
export class ServerStartup {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  environment!: Record<string, string>;

  /** Command with its placeholders. */
  startup!: string;
  dockerImage!: string;

  @ApiProperty({ type: [DockerImageOption] })
  dockerImageOptions!: DockerImageOption[];

  @ApiProperty({ type: [StartupVariable] })
  envVars!: StartupVariable[];

  @ApiProperty({ type: String, nullable: true })
  eggName!: string | null;

  processConfig!: StartupProcess;
}

export class StartupDoneDto {
  /** Console lines that end the start; any of them. */
  @OptionalField()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(500, { each: true })
  done?: string[];

  @OptionalField()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(500, { each: true })
  user_interaction?: string[];

  @OptionalField()
  @IsBoolean()
  strip_ansi?: boolean;
}

export class StartupStopDto {
  /** @example 'command' */
  @OptionalField()
  @IsString()
  @MaxLength(16)
  type?: string;

  /** @example 'stop' */
  @OptionalField()
  @IsString()
  @MaxLength(500)
  value?: string;
}

export class StartupProcessDto {
  @OptionalField()
  @ValidateNested()
  @Type(() => StartupDoneDto)
  startup?: StartupDoneDto;

  @OptionalField()
  @ValidateNested()
  @Type(() => StartupStopDto)
  stop?: StartupStopDto;
}

/** Changes of the start; at least one. */
export class UpdateStartupDto {
  /** All variables; those the user may not edit keep their value. */
  @OptionalField()
  @IsObject()
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' }, example: {} })
  environment?: Record<string, unknown>;

  @OptionalField()
  @ValidateNested()
  @Type(() => StartupProcessDto)
  processConfig?: StartupProcessDto;

  /** One of the egg's images; staff may take any. */
  @OptionalField()
  @IsString()
  @MaxLength(191)
  @Matches(/^~?[A-Za-z0-9][\w./:@-]*$/, { message: 'dockerImage must be the name of an image' })
  dockerImage?: string;
}

/** The start after the change. */
export class UpdatedStartup {
  /** @example true */
  success!: boolean;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  environment!: Record<string, string>;

  processConfig!: StartupProcess;
  dockerImage!: string;
}
