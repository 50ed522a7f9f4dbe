import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

/** A part of an archive, and what the store answered to it. */
export class UploadedPartBody {
  @IsString()
  @Length(1, 128)
  etag!: string;

  @IsInt()
  @Min(1)
  @Max(10_000)
  part_number!: number;
}

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

  /** What was uploaded to an object store, in parts. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10_000)
  @ValidateNested({ each: true })
  @Type(() => UploadedPartBody)
  @ApiProperty({ type: [UploadedPartBody], nullable: true, required: false })
  parts?: UploadedPartBody[] | null;
}

/** Whether it went well. */
export class BackupOutcome {
  @IsBoolean()
  successful!: boolean;
}
