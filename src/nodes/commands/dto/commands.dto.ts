import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsObject, Max, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

export const COMMANDS = ['reapply_config', 'restart'] as const;
type DaemonCommand = (typeof COMMANDS)[number];

export class QueueCommandDto {
  @ApiProperty({ type: 'integer', example: 1 })
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  nodeId!: number;

  @ApiProperty({ enum: COMMANDS })
  @IsIn(COMMANDS, { message: `action must be one of: ${COMMANDS.join(', ')}` })
  action!: DaemonCommand;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'At most 16 KiB.' })
  @OptionalField()
  @IsObject()
  payload?: Record<string, unknown>;
}

export class CommandQueuedResponse {
  @ApiProperty({ example: true })
  success!: true;
}

class AntiAbuseThresholds {
  @ApiProperty()
  enabled!: boolean;

  @ApiProperty()
  cpuThresholdPct!: number;

  @ApiProperty()
  networkThresholdMbps!: number;

  @ApiProperty()
  cooldownSeconds!: number;

  @ApiProperty()
  strikesForSuspend!: number;
}

class TrafficInspection {
  @ApiProperty()
  enabled!: boolean;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  protocolActions!: Record<string, string>;

  @ApiProperty()
  sampleIntervalSeconds!: number;

  @ApiProperty()
  sampleDurationMs!: number;

  @ApiProperty()
  bandwidthThresholdKbps!: number;

  @ApiProperty()
  portScanThreshold!: number;

  @ApiProperty({ example: 'alert' })
  portScanAction!: string;

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  dpiRules!: Record<string, unknown>[];
}

/** What a patched daemon asks for every two minutes (wings-protocol A.12). */
export class DaemonPolicyResponse {
  @ApiProperty({ type: AntiAbuseThresholds })
  antiabuse!: AntiAbuseThresholds;

  @ApiProperty({ type: TrafficInspection })
  vpnDpi!: TrafficInspection;

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  rules!: Record<string, unknown>[];

  @ApiProperty({ type: String, nullable: true })
  latestVersion!: string | null;

  @ApiProperty({ type: String, nullable: true })
  sha256!: string | null;

  @ApiProperty({ type: String, nullable: true })
  downloadUrl!: string | null;

  @ApiProperty()
  heartbeatIntervalSeconds!: number;

  @ApiProperty()
  configPollIntervalSeconds!: number;

  @ApiProperty({ description: '16 hex digits; another one when something above changed.' })
  configVersion!: string;
}
