import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { BoundedNumber } from '../../../common/validation/lenient-numbers.js';
import { OptionalField } from '../../../common/validation/optional-field.js';

export const POWER_ACTIONS = ['start', 'stop', 'restart', 'kill'] as const;

const number = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value;

/** What to do with the process. */
export class PowerDto {
  @OptionalField()
  @IsString()
  @MaxLength(32)
  @ApiPropertyOptional({ enum: POWER_ACTIONS, example: 'start' })
  action?: string;

  /** The same under its other name; `action` wins. */
  @OptionalField()
  @IsString()
  @MaxLength(32)
  @ApiPropertyOptional({ enum: POWER_ACTIONS })
  signal?: string;
}

/** A line for the console. */
export class CommandDto {
  /** @example 'say hello' */
  @IsString()
  @Length(1, 1024)
  @Matches(/^[^\r\n\0]*$/, { message: 'command must be one line' })
  command!: string;
}

/** How to install again. */
export class ReinstallDto {
  /** Whether all files are deleted first. */
  @OptionalField()
  @IsBoolean()
  truncate_directory?: boolean;
}

/** How many lines to show. */
export class LogQuery {
  /** Newest lines; 100 unless given. */
  @OptionalField()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(1000)
  lines?: number;
}

/** Console lines, or with `limit` or `offset` the activity. */
export class LogsQuery extends LogQuery {
  /** Entries of the activity, at most 200. */
  @IsOptional()
  @BoundedNumber(50, 1, 200)
  @ApiPropertyOptional({ type: Number, maximum: 200 })
  limit?: number;

  /** Entries of the activity to skip, at most 10,000. */
  @IsOptional()
  @BoundedNumber(0, 0, 10_000)
  @ApiPropertyOptional({ type: Number, maximum: 10_000 })
  offset?: number;
}

/** Paging of the activity. */
export class ActivityQuery {
  /** Entries, at most 200. */
  @IsOptional()
  @BoundedNumber(50, 1, 200)
  @ApiPropertyOptional({ type: Number, default: 50, maximum: 200 })
  limit = 50;

  /** Entries to skip, at most 10,000. */
  @IsOptional()
  @BoundedNumber(0, 0, 10_000)
  @ApiPropertyOptional({ type: Number, default: 0, maximum: 10_000 })
  offset = 0;
}

/** Bytes since the start, and what flows now: bps in bytes, kbps and mbps in bits. */
export class NetworkRates {
  rx_bytes!: number;
  tx_bytes!: number;
  rx_bps!: number;
  tx_bps!: number;
  rx_kbps!: number;
  tx_kbps!: number;
  rx_mbps!: number;
  tx_mbps!: number;
}

/** What a server uses now, or used when its node last told. */
export class ServerStats {
  cpu_absolute!: number;
  memory_bytes!: number;
  memory_limit_bytes!: number;
  disk_bytes!: number;
  /** Milliseconds. */
  uptime!: number;
  state!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  stateAt!: Date | null;

  network!: NetworkRates;
}

/** Who did it. */
export class ActivityUser {
  id!: number;

  @ApiProperty({ type: String, nullable: true })
  displayName!: string | null;

  email!: string;

  @ApiProperty({ type: String, nullable: true })
  avatarUrl!: string | null;
}

/** One thing that was done with a server. */
export class ServerActivityEntry {
  id!: number;

  @ApiProperty({ type: Number, nullable: true })
  userId!: number | null;

  /** @example 'server:power:start' */
  action!: string;

  @ApiProperty({ type: String, nullable: true })
  targetId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  targetType!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  metadata!: Record<string, unknown> | null;

  @ApiProperty({ type: String, nullable: true })
  ipAddress!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  timestamp!: Date;

  isRead!: boolean;

  @ApiProperty({ type: ActivityUser, nullable: true })
  user!: ActivityUser | null;
}
