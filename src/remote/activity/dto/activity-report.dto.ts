import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Something that happened on a server, as its daemon saw it. */
export class ActivityEvent {
  /** Uuid of the account that did it; null for the daemon itself. */
  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true })
  user?: string | null;

  /** Uuid of the server. */
  @ApiProperty({ format: 'uuid', example: '8d3f1c2a-5b74-4d0e-9a51-0f6f2f6f7a11' })
  server!: string;

  @ApiProperty({ example: 'server:power.start', pattern: '^server:[a-z.-]+$' })
  event!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, nullable: true })
  metadata?: Record<string, unknown> | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: '203.0.113.7' })
  ip?: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00Z' })
  timestamp!: string;

  /** Uuid of the schedule that caused it (wings-rs). */
  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true })
  schedule?: string | null;
}

/** A report; a bare list or a single event are taken too. */
export class ActivityReport {
  @ApiProperty({ type: [ActivityEvent] })
  data!: ActivityEvent[];
}
