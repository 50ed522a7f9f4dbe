import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** How a backup ended. Go Wings sends no `files`, `browsable` and `streaming`; after a failure all is zero or empty. */
export class BackupReportBody {
  @IsBoolean()
  successful!: boolean;

  /** Bytes. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  size?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  files?: number;

  @IsOptional()
  @IsString()
  @MaxLength(255)
  checksum?: string;

  @IsOptional()
  @IsString()
  @MaxLength(32)
  checksum_type?: string;

  @IsOptional()
  @IsBoolean()
  browsable?: boolean;

  @IsOptional()
  @IsBoolean()
  streaming?: boolean;
}

/** Whether it went well. */
export class BackupOutcome {
  @IsBoolean()
  successful!: boolean;
}
