import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsString, IsUUID, Length, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

/** What to back up, and how to call it. */
export class CreateBackupDto {
  /** @example 'Before the update' */
  @OptionalField()
  @Transform(trimmed)
  @IsString()
  @Length(1, 191)
  name?: string;

  /** Files to leave out: lines as in a .gitignore. */
  @OptionalField()
  @IsString()
  @MaxLength(8192)
  ignore?: string;

  /** A backup group of the server. */
  @OptionalField()
  @IsUUID()
  @ApiProperty({ format: 'uuid', required: false })
  group?: string;
}

export class RestoreBackupDto {
  /** Whether all files of the server are deleted first. */
  @OptionalField()
  @IsBoolean()
  truncate_directory?: boolean;
}

export class LockBackupDto {
  /** Whether the backup is kept until it is unlocked. */
  @IsBoolean()
  lock!: boolean;
}

export class RenameBackupDto {
  /** @example 'Golden' */
  @Transform(trimmed)
  @IsString({ message: 'name is required' })
  @Length(1, 191, { message: 'name is required' })
  name!: string;
}

/** Whether a locked backup is deleted too. */
export class DeleteBackupQuery {
  @OptionalField()
  @IsIn(['1', 'true', '0', 'false'])
  @ApiProperty({ enum: ['1', 'true', '0', 'false'], required: false })
  force?: string;
}

export class DeleteBackupDto {
  /** Whether a locked backup is deleted too. */
  @OptionalField()
  @IsBoolean()
  force?: boolean;
}

export class BackupEntry {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty({ format: 'uuid' })
  id!: string;

  name!: string;

  display_name!: string;

  /** How the daemon stores it: `wings` is an archive on its own disk. */
  adapter!: string;

  bytes!: number;

  @ApiProperty({ type: String, nullable: true })
  checksum!: string | null;

  @ApiProperty({ type: String, nullable: true })
  checksum_type!: string | null;

  /** 0 until it is done, then 100. */
  progress!: number;

  @ApiProperty({ enum: ['running', 'completed', 'failed', 'deleting'] })
  status!: string;

  /** Null while it is being made. */
  @ApiProperty({ type: Boolean, nullable: true })
  is_successful!: boolean | null;

  locked!: boolean;

  is_locked!: boolean;

  /** The backup group it is in. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  group!: string | null;

  created_at!: Date;

  @ApiProperty({ type: Date, nullable: true })
  completed_at!: Date | null;
}

export class CreatedBackup extends BackupEntry {
  @ApiProperty({ enum: [true] })
  success!: true;
}

export class LockedBackup {
  @ApiProperty({ enum: [true] })
  success!: true;

  locked!: boolean;
}

export class RenamedBackup {
  @ApiProperty({ enum: [true] })
  success!: true;

  display_name!: string;
}

/** Where a browser downloads a backup, from its node or its object store. */
export class BackupDownload {
  /** From a node: good for one download within 15 minutes; from an object store: good for an hour. */
  url!: string;
}
