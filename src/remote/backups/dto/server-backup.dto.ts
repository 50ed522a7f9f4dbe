import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsString, IsUUID, Length, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { BACKUP_ADAPTERS } from '../../../servers/backup-stores/adapters.js';

const nullableUuid = { type: String, format: 'uuid', nullable: true, required: false } as const;

/** A schedule of the daemon that orders something. */
class OfSchedule {
  @OptionalField()
  @IsUUID()
  @ApiProperty(nullableUuid)
  schedule_uuid?: string;

  @OptionalField()
  @IsUUID()
  @ApiProperty(nullableUuid)
  backup_group_uuid?: string;
}

export class OrderBackupBody extends OfSchedule {
  @OptionalField()
  @IsString()
  @Length(1, 191)
  @ApiProperty({ type: String, nullable: true, required: false })
  name?: string;

  /** Lines as in a .gitignore. */
  @OptionalField()
  @IsArray()
  @ArrayMaxSize(500)
  @IsString({ each: true })
  @MaxLength(1024, { each: true })
  ignored_files?: string[];
}

/** By uuid, else the newest (or oldest) complete one of the name and group. */
export class BackupChoiceBody extends OfSchedule {
  @OptionalField()
  @IsUUID()
  @ApiProperty(nullableUuid)
  backup_uuid?: string;

  @OptionalField()
  @IsString()
  @MaxLength(191)
  @ApiProperty({ type: String, nullable: true, required: false })
  backup_name?: string;

  @OptionalField()
  @IsBoolean()
  oldest?: boolean;
}

/** The daemon itself empties the directory; startup settings are not kept with backups. */
export class RestoreChoiceBody extends BackupChoiceBody {
  @OptionalField()
  @IsBoolean()
  truncate_directory?: boolean;

  @OptionalField()
  @IsBoolean()
  restore_startup?: boolean;
}

export class MoveChoiceBody extends BackupChoiceBody {
  @OptionalField()
  @IsUUID()
  @ApiProperty(nullableUuid)
  target_backup_group_uuid?: string;
}

export class BackupOrder {
  @ApiProperty({ enum: BACKUP_ADAPTERS })
  adapter!: string;

  @ApiProperty({ format: 'uuid' })
  uuid!: string;
}

export class RestoreOrder extends BackupOrder {
  /** Where the archive is fetched when it lies in an object store. */
  @ApiProperty({ type: String, nullable: true })
  download_url!: string | null;
}

export class ChosenBackup {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;
}
