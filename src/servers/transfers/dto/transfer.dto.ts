import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import type { TransferState } from '../../../generated/prisma/client.js';

export const TRANSFER_STATES = [
  'pending',
  'sending',
  'receiving',
  'completed',
  'failed',
  'cancelled',
] as const satisfies TransferState[];

/** Where a server is to go. */
export class StartTransferDto {
  /** @example 2 */
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  targetNodeId!: number;
}

export class TransferNode {
  /** @example 1 */
  id!: number;
  /** @example 'fra-1' */
  name!: string;
}

/** How far the daemon that sends is. */
export class TransferProgress {
  /** Bytes packed. */
  archiveBytesProcessed!: number;
  /** Bytes that have left. */
  networkBytesProcessed!: number;
  /** Bytes of the server altogether. */
  bytesTotal!: number;
  filesProcessed!: number;
}

/** The newest transfer of a server. */
export class ServerTransferResponse {
  /** @example 1 */
  id!: number;

  @ApiProperty({
    enum: TRANSFER_STATES,
    description: 'pending, sending and receiving are under way; completed, failed and cancelled are final.',
    example: 'sending',
  })
  state!: TransferState;

  sourceNode!: TransferNode;
  targetNode!: TransferNode;

  /** Why it did not complete. */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  /** Account that started it. */
  @ApiProperty({ type: 'integer', nullable: true })
  startedById!: number | null;

  createdAt!: Date;

  /** When the panel gives up. */
  deadlineAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: Date | null;

  /** Null when it is not under way, and when the node does not tell (Go Wings never does). */
  @ApiProperty({ type: TransferProgress, nullable: true })
  progress!: TransferProgress | null;
}
