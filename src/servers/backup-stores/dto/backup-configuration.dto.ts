import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, IsUUID, Length, Max, Min, ValidateNested } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { BACKUP_ADAPTERS } from '../adapters.js';
import type { BackupAdapter } from '../adapters.js';
import {
  KopiaDto,
  KopiaSettings,
  PbsDto,
  PbsSettings,
  ResticDto,
  ResticSettings,
  S3Dto,
  S3Settings,
} from './store-settings.dto.js';

const MAXIMUM_ID = 2_147_483_647;

/** The settings of the adapter are required, those of other adapters ignored. */
class StoreFields {
  @OptionalField()
  @ValidateNested()
  @Type(() => S3Dto)
  s3?: S3Dto;

  @OptionalField()
  @ValidateNested()
  @Type(() => ResticDto)
  restic?: ResticDto;

  @OptionalField()
  @ValidateNested()
  @Type(() => PbsDto)
  pbs?: PbsDto;

  @OptionalField()
  @ValidateNested()
  @Type(() => KopiaDto)
  kopia?: KopiaDto;
}

export class CreateBackupConfigurationDto extends StoreFields {
  /** @example 'Object store Frankfurt' */
  @IsString()
  @Length(1, 128)
  name!: string;

  @ApiProperty({ enum: BACKUP_ADAPTERS })
  @IsIn(BACKUP_ADAPTERS)
  adapter!: BackupAdapter;
}

/** Absent fields stay; settings are replaced as a whole, but secrets that are not given stay. The adapter is for good. */
export class UpdateBackupConfigurationDto extends StoreFields {
  @OptionalField()
  @IsString()
  @Length(1, 128)
  name?: string;
}

/** Exactly one of location, node and server. */
export class AssignBackupConfigurationDto {
  /** The configuration; null or absent: none of its own. */
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  @ApiProperty({ type: 'integer', nullable: true, required: false })
  configurationId?: number;

  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  @ApiProperty({ type: 'integer', required: false })
  locationId?: number;

  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  @ApiProperty({ type: 'integer', required: false })
  nodeId?: number;

  @OptionalField()
  @IsUUID()
  @ApiProperty({ format: 'uuid', required: false })
  serverUuid?: string;
}

/** Secrets are never shown. */
export class BackupConfigurationResponse {
  @ApiProperty({ type: 'integer' })
  id!: number;

  name!: string;

  @ApiProperty({ enum: BACKUP_ADAPTERS })
  adapter!: string;

  @ApiProperty({ type: S3Settings, nullable: true })
  s3!: S3Settings | null;

  @ApiProperty({ type: ResticSettings, nullable: true })
  restic!: ResticSettings | null;

  @ApiProperty({ type: PbsSettings, nullable: true })
  pbs!: PbsSettings | null;

  @ApiProperty({ type: KopiaSettings, nullable: true })
  kopia!: KopiaSettings | null;

  /** Locations whose servers use it. */
  @ApiProperty({ type: 'integer', isArray: true })
  locationIds!: number[];

  /** Nodes whose servers use it. */
  @ApiProperty({ type: 'integer', isArray: true })
  nodeIds!: number[];

  /** How many servers use it by themselves. */
  @ApiProperty({ type: 'integer' })
  serverCount!: number;

  /** How many backups it keeps. */
  @ApiProperty({ type: 'integer' })
  backupCount!: number;

  createdAt!: Date;
}
