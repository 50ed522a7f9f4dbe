import { ApiProperty } from '@nestjs/swagger';

const date = { type: String, format: 'date-time', nullable: true } as const;
const number = { type: Number, nullable: true } as const;
const text = { type: String, nullable: true } as const;

/** A kind of background job and how its jobs of the last seven days went. */
export class BackgroundJob {
  /** @example panel.retention */
  name!: string;

  @ApiProperty({ ...text, description: 'When it starts by itself (UTC); null: when something asks for it.' })
  cron!: string | null;

  /** Tries after the first. */
  retries!: number;

  /** Jobs that wait, also for another try. */
  waiting!: number;

  active!: number;
  completed!: number;

  /** Jobs that failed for good. */
  failed!: number;

  @ApiProperty({ ...text, description: 'How the last one ended.' })
  lastState!: string | null;

  @ApiProperty(date)
  lastStartedAt!: Date | null;

  @ApiProperty(date)
  lastFinishedAt!: Date | null;

  @ApiProperty(number)
  lastDurationMs!: number | null;

  @ApiProperty({ ...text, description: 'Why the last one failed.' })
  lastError!: string | null;
}

/** One job. What it is about is not shown: it may be about a person. */
export class BackgroundJobRun {
  id!: string;

  /** @example completed */
  state!: string;

  createdAt!: Date;

  @ApiProperty(date)
  startedAt!: Date | null;

  @ApiProperty(date)
  finishedAt!: Date | null;

  @ApiProperty(number)
  durationMs!: number | null;

  /** Tries after the first that were needed so far. */
  retries!: number;

  @ApiProperty(text)
  error!: string | null;
}
