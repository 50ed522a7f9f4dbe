import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { ValidateNested } from 'class-validator';
import { BoundedNumber } from '../../../common/validation/lenient-numbers.js';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { CRON_FIELD } from '../cron-time.js';

export const SCHEDULE_ACTIONS = ['command', 'power', 'backup'] as const;
export type ScheduleActionName = (typeof SCHEDULE_ACTIONS)[number];

const CronField = (): PropertyDecorator => (target, key) => {
  OptionalField()(target, key);
  IsString()(target, key);
  Matches(CRON_FIELD, { message: `${String(key)} is not a field of a cron expression` })(target, key);
  ApiPropertyOptional({ type: String, default: '*', maxLength: 64 })(target, key);
};

/** One step of a schedule. */
export class ScheduleTaskDto {
  /** @example command */
  @IsIn(SCHEDULE_ACTIONS)
  @ApiProperty({ enum: SCHEDULE_ACTIONS })
  action!: ScheduleActionName;

  /** A command line; start, stop, restart or kill; what a backup leaves out, as in a .gitignore. @example 'say Good morning' */
  @OptionalField()
  @IsString()
  @MaxLength(1024)
  payload?: string;

  /** Seconds after the task before, or after the due time. */
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(3600)
  @ApiPropertyOptional({ type: 'integer', default: 0 })
  time_offset?: number;

  /** Whether the next task is done when this one fails. */
  @OptionalField()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, default: false })
  continue_on_failure?: boolean;
}

/** A schedule; for a change only what differs, but all tasks. */
export class ScheduleDto {
  @OptionalField()
  @IsString()
  @Length(0, 191)
  @ApiPropertyOptional({ type: String, default: '' })
  name?: string;

  @CronField()
  cron_minute?: string;

  @CronField()
  cron_hour?: string;

  @CronField()
  cron_day_of_month?: string;

  @CronField()
  cron_month?: string;

  @CronField()
  cron_day_of_week?: string;

  /** IANA name of the zone whose clock counts. */
  @OptionalField()
  @IsString()
  @Length(1, 64)
  @ApiPropertyOptional({ type: String, default: 'UTC' })
  timezone?: string;

  @OptionalField()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, default: true })
  is_active?: boolean;

  /** Whether it is skipped while the server does not run. */
  @OptionalField()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, default: false })
  only_when_online?: boolean;

  @OptionalField()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => ScheduleTaskDto)
  tasks?: ScheduleTaskDto[];
}

/** How many runs to show. */
export class ScheduleRunsQuery {
  /** At most 100. */
  @OptionalField()
  @BoundedNumber(25, 1, 100)
  @ApiPropertyOptional({ type: Number, default: 25, maximum: 100 })
  limit = 25;
}

export class ScheduleTaskEntry {
  @ApiProperty({ enum: SCHEDULE_ACTIONS })
  action!: ScheduleActionName;

  payload!: string;

  /** Seconds. */
  time_offset!: number;

  continue_on_failure!: boolean;
}

export class ScheduleEntry {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  name!: string;

  cron_minute!: string;

  cron_hour!: string;

  cron_day_of_month!: string;

  cron_month!: string;

  cron_day_of_week!: string;

  timezone!: string;

  is_active!: boolean;

  only_when_online!: boolean;

  @ApiProperty({ type: Date, nullable: true })
  last_run_at!: Date | null;

  /** Null while it is switched off. */
  @ApiProperty({ type: Date, nullable: true })
  next_run_at!: Date | null;

  created_at!: Date;

  @ApiProperty({ type: [ScheduleTaskEntry] })
  tasks!: ScheduleTaskEntry[];
}

export class ScheduleRunEntry {
  /** The time it was due, or at which somebody started it. */
  due_at!: Date;

  manual!: boolean;

  @ApiProperty({ enum: ['running', 'completed', 'failed', 'skipped'] })
  status!: string;

  /** Why it failed or was skipped. */
  @ApiProperty({ type: String, nullable: true })
  problem!: string | null;

  @ApiProperty({ type: Date, nullable: true })
  finished_at!: Date | null;
}
