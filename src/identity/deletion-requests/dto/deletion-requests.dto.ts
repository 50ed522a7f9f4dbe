import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { BoundedNumber } from '../../../common/validation/lenient-numbers.js';
import { DeletionStatus } from '../../../generated/prisma/enums.js';

const STATUSES = Object.values(DeletionStatus);
const DECISIONS = ['approved', 'rejected'] as const;
const date = { type: String, format: 'date-time', nullable: true } as const;
const text = { type: String, nullable: true } as const;
const MAXIMUM_LIMIT = 200;
const MAXIMUM_OFFSET = 10_000;

export type Decision = (typeof DECISIONS)[number];

export class DecideDeletionDto {
  @IsIn(DECISIONS, { message: 'Invalid status' })
  @ApiProperty({ enum: DECISIONS, example: 'rejected' })
  status!: Decision;
}

export class CancelDeletionByLinkDto {
  /** What the mailed link holds. */
  @IsString({ message: 'Missing token' })
  @Length(1, 256, { message: 'Missing token' })
  @ApiProperty({ example: 'a1b2c3' })
  token!: string;
}

export class DeletionListQuery {
  @IsOptional()
  @IsIn(STATUSES, { message: 'Invalid status' })
  @ApiPropertyOptional({ enum: STATUSES })
  status?: DeletionStatus;

  /** Requests, at most 200. */
  @IsOptional()
  @BoundedNumber(MAXIMUM_LIMIT, 1, MAXIMUM_LIMIT)
  @ApiPropertyOptional({ type: Number, default: MAXIMUM_LIMIT, maximum: MAXIMUM_LIMIT })
  limit = MAXIMUM_LIMIT;

  /** Requests to skip, at most 10,000. */
  @IsOptional()
  @BoundedNumber(0, 0, MAXIMUM_OFFSET)
  @ApiPropertyOptional({ type: Number, default: 0, maximum: MAXIMUM_OFFSET })
  offset = 0;
}

/** A wish to delete an account, and what became of it. */
export class DeletionRequestResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 1 })
  userId!: number;

  /** `pending` until staff decides, `pending_deletion` during the grace period. */
  @ApiProperty({ enum: STATUSES, example: 'pending' })
  status!: DeletionStatus;

  @ApiProperty({ type: String, format: 'date-time' })
  requestedAt!: Date;

  @ApiProperty(date)
  approvedAt!: Date | null;

  /** The account that decided. */
  @ApiProperty({ type: Number, nullable: true })
  approvedBy!: number | null;

  /** When the account is deleted, unless something keeps it. */
  @ApiProperty(date)
  scheduledDeletionAt!: Date | null;

  @ApiProperty(date)
  deletedAt!: Date | null;

  /** Made because nobody used the account. */
  @ApiProperty()
  autoSunset!: boolean;

  @ApiProperty()
  idVerified!: boolean;
}

export class DeletionRequestResultResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: DeletionRequestResponse })
  record!: DeletionRequestResponse;
}

export class DeletionDecisionResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: DeletionRequestResponse })
  rec!: DeletionRequestResponse;
}

/** Whose account it is. */
export class DeletionUserResponse {
  @ApiProperty({ example: 'Ada' })
  firstName!: string;

  @ApiProperty({ example: 'Lovelace' })
  lastName!: string;

  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty(text)
  avatarUrl!: string | null;
}

/** A request as staff sees it. */
export class AdminDeletionResponse extends DeletionRequestResponse {
  @ApiProperty({ type: DeletionUserResponse })
  user!: DeletionUserResponse;

  /** What keeps the account from being deleted at the moment. */
  @ApiProperty({ type: [String], example: ['owns 2 servers'] })
  waitingFor!: string[];
}
