import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

export const LOG_TYPES = ['audit', 'requests', 'serverErrors'] as const;
export const LOG_FORMATS = ['json', 'csv'] as const;

/** Contract: a page that is no number or below 1 is the first one. */
const page = ({ value }: { value: unknown }): unknown => {
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) && number >= 1 ? number : 1;
};

const number = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? Number(value) : value);

/** Which entries of the activity log to show. */
export class LogFilterDto {
  /** `audit`: everything; `serverErrors`: what failed; `requests`: always empty, requests are in the panel's log output. */
  @IsOptional()
  @IsIn(LOG_TYPES)
  type: (typeof LOG_TYPES)[number] = 'audit';

  /** Only of this user; 0: of the panel itself. */
  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  userId?: number;

  /** Only actions that contain this text. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  action?: string;

  /**
   * Only about this kind of thing.
   * @example setting
   */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  targetType?: string;

  /** Only about this thing. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  targetId?: string;

  /**
   * Only from this time on.
   * @example 2026-01-01T00:00:00Z
   */
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string;

  /** Only before this time. */
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;
}

/** A page of them. */
export class LogQueryDto extends LogFilterDto {
  /** Page, from 1. */
  @IsOptional()
  @Transform(page)
  @Max(100_000)
  page = 1;

  /** Entries a page. */
  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(500)
  per = 200;
}

/** All of them as a file. */
export class LogFileQueryDto extends LogFilterDto {
  @IsOptional()
  @IsIn(LOG_FORMATS)
  format: (typeof LOG_FORMATS)[number] = 'json';
}
