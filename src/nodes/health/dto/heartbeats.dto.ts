import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { HeartbeatStatus } from '../heartbeat.js';

export class HeartbeatPoint {
  @ApiProperty({ format: 'date-time' })
  timestamp!: string;

  @ApiProperty({ type: 'integer', nullable: true, example: 12 })
  responseMs!: number | null;

  @ApiProperty({ enum: ['ok', 'timeout', 'error'] })
  status!: HeartbeatStatus;
}

export class HeartbeatSummary {
  @ApiProperty({ example: 99.8, description: 'Good checks in percent, one decimal; 100 without checks.' })
  uptime_pct!: number;

  @ApiProperty({ type: 'integer', nullable: true })
  avg_ms!: number | null;

  @ApiProperty({ type: 'integer' })
  total_checks!: number;

  @ApiProperty({ example: '24h' })
  window!: string;
}

export class HeartbeatHistoryResponse {
  @ApiProperty({ type: [HeartbeatPoint], description: 'Oldest first, at most 2,000.' })
  points!: HeartbeatPoint[];

  @ApiProperty({ type: HeartbeatSummary })
  summary!: HeartbeatSummary;
}

export class HeartbeatQueryDto {
  @ApiPropertyOptional({
    type: String,
    example: '24h',
    default: '24h',
    description: '`24h`; `7d` or `30d`, both by the hour; anything else means 24 hours.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(16)
  window = '24h';
}
