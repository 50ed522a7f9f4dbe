import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, IsUUID, Length, Max, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

export class CreateBackupGroupDto {
  /** @example 'Weekly' */
  @Transform(trimmed)
  @IsString()
  @Length(1, 128)
  name!: string;

  /** How many backups the group holds: the oldest that is not locked makes room for a new one. Absent: all stay. */
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(1000)
  keep?: number;
}

/** Absent fields stay; `keep` null lets all stay. */
export class UpdateBackupGroupDto {
  @OptionalField()
  @Transform(trimmed)
  @IsString()
  @Length(1, 128)
  name?: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  @ApiProperty({ type: 'integer', nullable: true, required: false })
  keep?: number | null;
}

export class MoveBackupDto {
  /** A group of the same server; null or absent: none. */
  @OptionalField()
  @IsUUID()
  @ApiProperty({ type: String, format: 'uuid', nullable: true, required: false })
  group?: string;
}

export class BackupGroupEntry {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  name!: string;

  @ApiProperty({ type: 'integer', nullable: true })
  keep!: number | null;

  /** Backups in it. */
  @ApiProperty({ type: 'integer' })
  backups!: number;

  created_at!: Date;
}
