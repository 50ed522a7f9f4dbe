import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { isUUID } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import type { ReportedRun } from '../../../servers/schedules/schedule-reports.service.js';

const MOST_RESULTS = 5_000;
const MOST_ERRORS = 50;
const ERROR_LENGTH = 255;

/** How one run of a schedule ended. */
export class ScheduleResult {
  /** Uuid of the schedule. */
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  successful!: boolean;

  /** Step to what went wrong in it. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' }, nullable: true })
  errors?: Record<string, string> | null;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00Z' })
  timestamp!: string;
}

const resultsOf = ({ value }: { value: unknown }): ReportedRun[] =>
  Array.isArray(value) ? value.slice(0, MOST_RESULTS).flatMap((entry: unknown) => toRun(entry) ?? []) : [];

/** Results of schedules. wings-rs sends a report once and forgets it, so an entry of the wrong form spoils no other. */
export class ScheduleReport {
  @ApiProperty({ type: [ScheduleResult], description: 'Beyond 5,000 entries the rest is skipped.' })
  @OptionalField()
  @Transform(resultsOf)
  data?: ReportedRun[];
}

function toRun(entry: unknown): ReportedRun | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { uuid, successful, errors, timestamp } = entry as Record<string, unknown>;
  const at = new Date(typeof timestamp === 'string' ? timestamp : Number.NaN);
  if (!isUUID(uuid) || typeof successful !== 'boolean' || Number.isNaN(at.getTime())) return undefined;
  return { scheduleUuid: String(uuid), successful, errors: textsOf(errors), at };
}

function textsOf(errors: unknown): string[] {
  if (typeof errors !== 'object' || errors === null) return [];
  const texts = Object.values(errors).filter((text): text is string => typeof text === 'string');
  return texts.slice(0, MOST_ERRORS).map((text) => text.slice(0, ERROR_LENGTH));
}
