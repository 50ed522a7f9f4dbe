import { ApiProperty } from '@nestjs/swagger';

const STATES = ['online', 'degraded', 'offline'] as const;

/** How the nodes of the panel are; nothing that tells which. */
export class PublicStatusResponse {
  @ApiProperty({ example: 3 })
  nodeCount!: number;

  /** Nodes whose newest heartbeat is good and at most 2 minutes old. */
  @ApiProperty({ example: 2 })
  online!: number;

  /** Other nodes that were well in the last 10 minutes. */
  @ApiProperty({ example: 1 })
  degraded!: number;

  @ApiProperty({ example: 0 })
  offline!: number;

  /** Tunnels are not part of the panel yet: 0. */
  @ApiProperty({ example: 0 })
  tunnelCount!: number;

  @ApiProperty({ example: 0 })
  tunnelActive!: number;

  @ApiProperty({ example: 0 })
  tunnelInactive!: number;

  /** All nodes online; some; or none, also when there are no nodes. */
  @ApiProperty({ enum: STATES })
  status!: (typeof STATES)[number];

  /** When this was so. */
  @ApiProperty({ type: String, format: 'date-time' })
  timestamp!: Date;
}
