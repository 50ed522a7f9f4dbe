import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import type { DrainServerState, DrainState } from '../../../generated/prisma/client.js';

export const DRAIN_STATES = ['running', 'completed', 'cancelled'] as const satisfies DrainState[];

export const DRAIN_SERVER_STATES = [
  'waiting',
  'moving',
  'moved',
  'failed',
  'cancelled',
] as const satisfies DrainServerState[];

/** Where the servers of a node are to go. */
export class StartDrainDto {
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    example: 2,
    description: 'One node for all; without it the panel chooses for each server among the nodes of its portal.',
  })
  targetNodeId?: number;
}

export class DrainedServer {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  /** @example 'Lobby' */
  name!: string;

  @ApiProperty({ enum: DRAIN_SERVER_STATES, example: 'moved' })
  state!: DrainServerState;

  /** Why it could not move, or what it waits for. */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  /** Where it goes or went. */
  @ApiProperty({ type: 'integer', nullable: true })
  targetNodeId!: number | null;
}

/** How many servers are how far. */
export class DrainProgress {
  total!: number;
  waiting!: number;
  moving!: number;
  moved!: number;
  failed!: number;
  cancelled!: number;
}

/** The newest evacuation of a node. */
export class NodeDrainResponse {
  /** @example 1 */
  id!: number;

  /** @example 1 */
  nodeId!: number;

  @ApiProperty({ enum: DRAIN_STATES, example: 'running' })
  state!: DrainState;

  /** Null when the panel chooses. */
  @ApiProperty({ type: 'integer', nullable: true })
  targetNodeId!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  startedById!: number | null;

  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: Date | null;

  @ApiProperty({ type: DrainProgress })
  progress!: DrainProgress;

  /** At most 500: those that could not move first, then those that move, wait and have moved. */
  @ApiProperty({ type: [DrainedServer] })
  servers!: DrainedServer[];
}
