import { ApiProperty } from '@nestjs/swagger';
import { IsDefined, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { IsServerPath } from '../../files/server-path.js';

/** Seconds that a link lives; null for ever. */
export const LIFETIMES: Readonly<Record<string, number | null>> = {
  '1h': 3_600,
  '1d': 86_400,
  '1w': 7 * 86_400,
  '1m': 30 * 86_400,
  '1y': 365 * 86_400,
  permanent: null,
};

export class CreateShareDto {
  /** @example '/world.zip' */
  @IsDefined({ message: 'filePath is required' })
  @IsServerPath()
  filePath!: string;

  /** `1h`, `1d`, `1w`, `1m`, `1y` or `permanent`; anything else means `1d`. */
  @OptionalField()
  @IsString()
  @MaxLength(16)
  expiresIn?: string;

  /** How often the file may be fetched; as often as one likes when absent. */
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  maximumDownloads?: number;
}

/** A link to one file, as its people see it. */
export class FileShare {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  token!: string;

  filePath!: string;

  isFolder!: boolean;

  expiresIn!: string;

  @ApiProperty({ type: Date, nullable: true })
  expiresAt!: Date | null;

  downloads!: number;

  @ApiProperty({ type: Number, nullable: true })
  maximumDownloads!: number | null;

  active!: boolean;

  createdAt!: Date;

  /** Where the web client shows it. */
  url!: string;
}

/** A link to one file, as whoever has it sees it. */
export class PublicShare {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  fileName!: string;

  filePath!: string;

  isPreviewableCode!: boolean;

  isImage!: boolean;

  isVideo!: boolean;

  @ApiProperty({ type: Date, nullable: true })
  expiresAt!: Date | null;

  downloads!: number;
}
