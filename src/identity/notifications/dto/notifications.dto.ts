import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { BoundedNumber } from '../../../common/validation/lenient-numbers.js';
import { OptionalField } from '../../../common/validation/optional-field.js';

const MAXIMUM_LIMIT = 200;
const DEFAULT_LIMIT = 50;

/** Which notifications to show. */
export class NotificationQuery {
  /** How many, at most 200. */
  @IsOptional()
  @BoundedNumber(DEFAULT_LIMIT, 1, MAXIMUM_LIMIT)
  @ApiPropertyOptional({ type: Number, default: DEFAULT_LIMIT, maximum: MAXIMUM_LIMIT })
  limit = DEFAULT_LIMIT;

  /** How many to skip; more than 200 are never kept for long. */
  @IsOptional()
  @BoundedNumber(0, 0, 10_000)
  @ApiPropertyOptional({ type: Number, default: 0, maximum: 10_000 })
  offset = 0;

  /** `true`: only unread ones; `false`: only read ones. */
  @IsOptional()
  @IsIn(['true', 'false', '1', '0'], { message: 'unread must be true or false' })
  @ApiPropertyOptional({ enum: ['true', 'false', '1', '0'] })
  unread?: string;
}

export class MarkNotificationDto {
  /** False marks it as unread again. */
  @OptionalField()
  @IsBoolean({ message: 'read must be true or false' })
  @ApiPropertyOptional({ type: Boolean, default: true })
  read?: boolean;
}

export class NotificationResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  /** What it is about. */
  @ApiProperty({ example: 'system' })
  type!: string;

  @ApiProperty({ example: 'Your data export is ready' })
  title!: string;

  @ApiProperty({ example: 'You can download it until 1 May 2026.' })
  body!: string;

  /** A path of the panel or an https address. */
  @ApiProperty({ type: String, nullable: true, example: '/dashboard/settings' })
  url!: string | null;

  @ApiProperty()
  read!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;
}

export class UnreadNotificationsResponse {
  /** Counts up to 1,000. */
  @ApiProperty({ example: 3 })
  unread!: number;
}
