import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsObject, IsOptional, IsUrl, Length, Matches, Max, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { IsEnvironmentMap } from './environment-map.validator.js';

const HTTP_URL = {
  protocols: ['http', 'https'],
  require_protocol: true,
  require_tld: false,
  disallow_auth: true,
};
const FINGERPRINT = { message: 'fingerprint must be hexadecimal, with colons or without' };
const nullableText = { type: String, nullable: true } as const;

/** `null` means the same as a missing field: the default. */
const WithDefault = (fallback: number | boolean): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    Transform(({ value }: { value: unknown }) => value ?? fallback),
  );

/** A bucket of an S3-compatible object store. */
export class S3Settings {
  @ApiProperty({ example: 'https://s3.eu-central-1.amazonaws.com', description: 'Scheme and host, no path.' })
  @IsUrl({ ...HTTP_URL, allow_query_components: false, allow_fragments: false })
  @Matches(/^https?:\/\/[^/]+\/?$/, { message: 'endpoint must be scheme and host only' })
  @Length(1, 255)
  endpoint!: string;

  @ApiProperty({ example: 'eu-central-1' })
  @Matches(/^[a-z0-9-]{1,64}$/i, { message: 'region must be 1 to 64 letters, digits or dashes' })
  region!: string;

  @ApiProperty({ example: 'backups' })
  @Matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { message: 'bucket must be the name of a bucket' })
  bucket!: string;

  /** Whether the bucket stands in the path and not in the host's name; most stores but AWS want it so. */
  @ApiPropertyOptional({ type: Boolean, default: true })
  @WithDefault(true)
  @IsBoolean()
  pathStyle = true;

  /** MiB of the parts that daemons upload; larger archives get larger parts. */
  @ApiPropertyOptional({ type: 'integer', minimum: 5, maximum: 5120, default: 128 })
  @WithDefault(128)
  @IsInt()
  @Min(5)
  @Max(5120)
  partSizeMib = 128;
}

export class S3Dto extends S3Settings {
  @OptionalField()
  @Length(1, 255)
  accessKeyId?: string;

  @OptionalField()
  @Length(1, 255)
  secretAccessKey?: string;
}

/** A restic repository, as the daemon's restic reaches it. */
export class ResticSettings {
  @ApiProperty({ example: 's3:https://s3.example.com/restic' })
  @Length(1, 1024)
  repository!: string;

  /** Seconds for which the daemon tries again when somebody else has locked the repository. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 86_400, default: 60 })
  @WithDefault(60)
  @IsInt()
  @Min(0)
  @Max(86_400)
  retryLockSeconds = 60;
}

export class ResticDto extends ResticSettings {
  @OptionalField()
  @Length(1, 1024)
  password?: string;

  /** Further variables for restic, such as the keys of its store. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  @OptionalField()
  @IsObject()
  @IsEnvironmentMap()
  environment?: Record<string, string>;
}

/** A datastore of a Proxmox Backup Server. */
export class PbsSettings {
  @ApiProperty({ example: 'https://pbs.example.com:8007' })
  @IsUrl(HTTP_URL)
  @Length(1, 255)
  url!: string;

  @ApiProperty({ example: 'servers' })
  @Matches(/^[\w.-]{1,64}$/, { message: 'datastore must be the name of a datastore' })
  datastore!: string;

  @ApiPropertyOptional(nullableText)
  @OptionalField()
  @Matches(/^[\w./-]{1,255}$/, { message: 'namespace must be names with slashes between' })
  namespace?: string | null;

  @ApiProperty({ example: 'wings@pbs!backups' })
  @Length(1, 255)
  tokenId!: string;

  @ApiPropertyOptional({ ...nullableText, example: 'a1:b2:c3' })
  @OptionalField()
  @Matches(/^[0-9a-f:]{1,128}$/i, FINGERPRINT)
  fingerprint?: string | null;

  @ApiPropertyOptional(nullableText)
  @OptionalField()
  @Matches(/^[\w.-]{1,64}$/, { message: 'backupIdPrefix must be letters, digits, dots, dashes or underscores' })
  backupIdPrefix?: string | null;
}

export class PbsDto extends PbsSettings {
  @OptionalField()
  @Length(1, 255)
  tokenSecret?: string;
}

/** A Kopia repository server. */
export class KopiaSettings {
  @ApiProperty({ example: 'https://kopia.example.com:51515' })
  @IsUrl(HTTP_URL)
  @Length(1, 255)
  url!: string;

  @ApiProperty({ example: 'wings@node' })
  @Length(1, 255)
  username!: string;

  @ApiPropertyOptional({ ...nullableText, example: 'a1:b2:c3' })
  @OptionalField()
  @Matches(/^[0-9a-f:]{1,128}$/i, FINGERPRINT)
  fingerprint?: string | null;
}

export class KopiaDto extends KopiaSettings {
  @OptionalField()
  @Length(1, 1024)
  password?: string;
}
