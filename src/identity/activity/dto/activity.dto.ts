import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsIP, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { IsBoundedObject } from '../../users/bounded-json.js';
import { BoundedNumber } from '../../../common/validation/lenient-numbers.js';

const MAXIMUM_LIMIT = 200;
const DEFAULT_LIMIT = 50;
const MAXIMUM_OFFSET = 10_000;

/** Which entries of an activity log to show. */
export class ActivityQuery {
  /** Entries, at most 200. */
  @IsOptional()
  @BoundedNumber(DEFAULT_LIMIT, 1, MAXIMUM_LIMIT)
  @ApiPropertyOptional({ type: Number, default: DEFAULT_LIMIT, maximum: MAXIMUM_LIMIT })
  limit = DEFAULT_LIMIT;

  /** Entries to skip, at most 10,000. */
  @IsOptional()
  @BoundedNumber(0, 0, MAXIMUM_OFFSET)
  @ApiPropertyOptional({ type: Number, default: 0, maximum: MAXIMUM_OFFSET })
  offset = 0;

  /** Only actions that contain this text. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  @ApiPropertyOptional({ type: String })
  action?: string;

  /** Only about this kind of thing. */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  @ApiPropertyOptional({ type: String })
  targetType?: string;
}

export class LogQuery extends ActivityQuery {
  /** `1`, `true` or `yes`: only unread entries; anything else: only read ones. */
  @IsOptional()
  @IsString()
  @MaxLength(16)
  @ApiPropertyOptional({ type: String })
  unread?: string;
}

const FORMATS = ['csv', 'json'] as const;

/** Which entries a filter lets through. */
export type LogFilterQuery = Pick<LogQuery, 'action' | 'targetType' | 'unread'>;

export class LogExportQuery {
  @IsOptional()
  @IsIn(FORMATS, { message: 'format must be csv or json' })
  @ApiPropertyOptional({ enum: FORMATS, default: 'json' })
  format: (typeof FORMATS)[number] = 'json';

  /** Only actions that contain this text. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  @ApiPropertyOptional({ type: String })
  action?: string;

  /** Only about this kind of thing. */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  @ApiPropertyOptional({ type: String })
  targetType?: string;

  /** `1`, `true` or `yes`: only unread entries; anything else: only read ones. */
  @IsOptional()
  @IsString()
  @MaxLength(16)
  @ApiPropertyOptional({ type: String })
  unread?: string;
}

/** An entry of somebody who watches the panel from outside. */
export class ReportActivityDto {
  @IsString({ message: 'action is required' })
  @Length(1, 100, { message: 'action is required' })
  @ApiProperty({ example: 'backup:verified', minLength: 1, maxLength: 100 })
  action!: string;

  /** Whose log it goes to; the caller's when missing. */
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  @ApiPropertyOptional({ type: Number })
  userId?: number;

  @OptionalField()
  @IsString()
  @MaxLength(64)
  @ApiPropertyOptional({ type: String })
  targetId?: string;

  @OptionalField()
  @IsString()
  @MaxLength(32)
  @ApiPropertyOptional({ type: String, example: 'server' })
  targetType?: string;

  @OptionalField()
  @IsBoundedObject(16_384)
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  metadata?: Record<string, unknown>;

  /** The caller's address when missing. */
  @OptionalField()
  @IsIP()
  @ApiPropertyOptional({ type: String, example: '203.0.113.7' })
  ipAddress?: string;

  /** Also tell the account by mail, where its preferences ask for that. */
  @OptionalField()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, default: false })
  notify?: boolean;
}

export class LogEntryResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ type: Number, nullable: true })
  userId!: number | null;

  @ApiProperty({ example: 'login' })
  action!: string;

  @ApiProperty({ type: String, nullable: true })
  targetId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  targetType!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  metadata!: Record<string, unknown> | null;

  @ApiProperty()
  isRead!: boolean;

  @ApiProperty({ type: String, nullable: true })
  ipAddress!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  timestamp!: Date;
}

export class UnreadCountResponse {
  /** Counts up to 1,000. */
  @ApiProperty({ example: 3 })
  unread!: number;
}

export class LogResultResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: LogEntryResponse })
  log!: LogEntryResponse;
}
