import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

const asNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;

export class ArchiveSizeQuery {
  /** Bytes of the archive. */
  @Transform(asNumber)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @ApiProperty({ type: 'integer', minimum: 0 })
  size!: number;
}

export class StreamPartsQuery {
  /** The first part that is wanted, from 1. */
  @Transform(asNumber)
  @IsInt()
  @Min(1)
  @Max(10_000)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 10_000, default: 1, required: false })
  from_part = 1;
}

/** Where a daemon PUTs an archive, part by part. */
export class UploadParts {
  /** Signed addresses, good for a day. */
  parts!: string[];

  /** Bytes of each part but the last. */
  @ApiProperty({ type: 'integer' })
  part_size!: number;
}

export class ResticRepository {
  repository!: string;

  @ApiProperty({ type: String, nullable: true })
  password_file!: string | null;

  @ApiProperty({ type: 'integer' })
  retry_lock_seconds!: number;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  environment!: Record<string, string>;
}

export class PbsDatastore {
  url!: string;

  datastore!: string;

  @ApiProperty({ type: String, nullable: true })
  namespace!: string | null;

  token_id!: string;

  token_secret!: string;

  @ApiProperty({ type: String, nullable: true })
  fingerprint!: string | null;

  @ApiProperty({ type: String, nullable: true })
  backup_id_prefix!: string | null;

  @ApiProperty({ format: 'uuid' })
  server_uuid!: string;

  backup_created!: Date;
}

export class KopiaRepository {
  url!: string;

  username!: string;

  password!: string;

  @ApiProperty({ type: String, nullable: true })
  fingerprint!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  tags!: Record<string, string>;
}
