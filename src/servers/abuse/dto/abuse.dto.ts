import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsIP,
  IsObject,
  IsString,
  IsUUID,
  Length,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

const MAXIMUM_INT = 2_147_483_647;
const NEWEST_EVENTS = 30;
const ENFORCEMENT_ACTIONS = ['alert', 'throttle', 'suspend', 'block', 'unknown'] as const;
type EnforcementAction = (typeof ENFORCEMENT_ACTIONS)[number];

/** Detectors name actions as they like; what is none of ours is unknown. */
const toAction = ({ value }: { value: unknown }): EnforcementAction =>
  ENFORCEMENT_ACTIONS.find((action) => typeof value === 'string' && action === value.trim().toLowerCase()) ?? 'unknown';

const newest = ({ value }: { value: unknown }): unknown => (Array.isArray(value) ? value.slice(-NEWEST_EVENTS) : value);

export class AbuseHeartbeatDto {
  @ApiPropertyOptional({ example: 'wings@node-1', description: 'Made from detector and node when it is missing.' })
  @OptionalField()
  @IsString()
  @Length(1, 120)
  agentId?: string;

  @ApiPropertyOptional({ example: 'wings' })
  @OptionalField()
  @IsString()
  @Length(1, 64)
  detectorName?: string;

  @ApiPropertyOptional({ example: 'node-1' })
  @OptionalField()
  @IsString()
  @MaxLength(128)
  nodeName?: string;

  @ApiPropertyOptional({ example: '1.1.0' })
  @OptionalField()
  @IsString()
  @MaxLength(64)
  version?: string;

  @ApiPropertyOptional({ description: 'Of the policy that the daemon has applied.' })
  @OptionalField()
  @IsString()
  @MaxLength(64)
  configVersion?: string;

  @ApiPropertyOptional({ type: 'integer' })
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(MAXIMUM_INT)
  pid?: number;
}

export class AgentCommand {
  @ApiProperty({ enum: ['reapply_config', 'restart'] })
  action!: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  payload!: Record<string, unknown>;
}

export class AbuseHeartbeatResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ example: 'wings@node-1' })
  agentId!: string;

  @ApiProperty({ type: 'integer', description: 'Agents that were heard of in the last two minutes.' })
  activeAgents!: number;

  @ApiProperty({ type: 'integer' })
  totalAgents!: number;

  @ApiPropertyOptional({ type: [AgentCommand], description: 'What waited for the calling node; handed out once.' })
  commands?: AgentCommand[];
}

export class AbuseEventDto {
  @ApiProperty({ format: 'uuid', example: '8d3f1c2a-5b74-4d0e-9a51-0f6f2f6f7a11' })
  @IsUUID()
  serverId!: string;

  @ApiProperty({ example: 'Outbound port scan' })
  @IsString()
  @Length(1, 600)
  reason!: string;

  @ApiPropertyOptional({ type: 'integer', description: 'An incident of the same server, to bring it up to date.' })
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_INT)
  incidentId?: number;

  @ApiPropertyOptional({ example: 'wings' })
  @OptionalField()
  @IsString()
  @Length(1, 64)
  detectorName?: string;

  @ApiPropertyOptional({ example: 'port_scan', default: 'unknown' })
  @OptionalField()
  @IsString()
  @Length(1, 64)
  detectionType?: string;

  @ApiPropertyOptional({ enum: ENFORCEMENT_ACTIONS, default: 'unknown' })
  @Transform(toAction)
  @IsIn(ENFORCEMENT_ACTIONS)
  enforcementAction: EnforcementAction = 'unknown';

  @ApiPropertyOptional({ type: 'integer', default: 0 })
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(MAXIMUM_INT)
  strikeCount?: number;

  @ApiPropertyOptional()
  @OptionalField()
  @IsBoolean()
  suspendAttempted?: boolean;

  @ApiPropertyOptional()
  @OptionalField()
  @IsBoolean()
  suspendSuccess?: boolean;

  @ApiPropertyOptional({ example: '203.0.113.7' })
  @OptionalField()
  @IsIP()
  sourceIp?: string;

  @ApiPropertyOptional({ example: '198.51.100.4' })
  @OptionalField()
  @IsIP()
  targetIp?: string;

  @ApiPropertyOptional({ type: 'integer' })
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(65_535)
  targetPort?: number;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Cut to 4 KiB.' })
  @OptionalField()
  @IsObject()
  metrics?: Record<string, unknown>;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'The last 30, cut to 4 KiB.',
  })
  @OptionalField()
  @Transform(newest)
  @IsArray()
  recentEvents?: unknown[];
}

export class AbuseEventResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ type: 'integer', description: 'The incident.' })
  submissionId!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Incidents have no form here.' })
  formId!: null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  aiAssessment!: null;

  @ApiProperty({ description: 'Whether staff was told by mail.' })
  emailSent!: boolean;

  @ApiProperty({ type: String, nullable: true })
  emailError!: null;

  @ApiPropertyOptional({ description: 'An incident that stood already was brought up to date.' })
  updated?: true;
}
