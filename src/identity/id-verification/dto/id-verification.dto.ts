import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { MiniUserResponse } from '../../dto/mini-user.dto.js';

export const STATUSES = ['pending', 'verified', 'failed'] as const;
const DECISIONS = ['verified', 'failed'] as const;

export type IdVerificationStatus = (typeof STATUSES)[number];

/** What staff says to a verification. */
export class SetIdVerificationDto {
  @IsIn(STATUSES, { message: 'Invalid status' })
  @ApiProperty({ enum: STATUSES, example: 'verified' })
  status!: IdVerificationStatus;
}

/** What staff says to a verification for good. */
export class DecideIdVerificationDto {
  @IsIn(DECISIONS, { message: 'Invalid status' })
  @ApiProperty({ enum: DECISIONS, example: 'verified' })
  status!: (typeof DECISIONS)[number];
}

/** Which verifications to list. */
export class IdVerificationQuery {
  @OptionalField()
  @IsIn(STATUSES, { message: 'Invalid status' })
  @ApiPropertyOptional({ enum: STATUSES })
  status?: IdVerificationStatus;

  /** Part of a name or e-mail address, or the number of an account. */
  @OptionalField()
  @IsString()
  @MaxLength(100)
  q?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, default: 1 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  page = 1;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 200,
    description: 'Verifications a page; an answer with fewer is the last page.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  per = 200;
}

/** A verification; addresses of the documents only for those who may open them. */
export class IdVerificationResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 1 })
  userId!: number;

  @ApiProperty({ enum: STATUSES })
  status!: IdVerificationStatus;

  @ApiProperty({ example: 'manual' })
  provider!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  verifiedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true })
  idDocumentUrl!: string | null;

  @ApiProperty({ type: String, nullable: true })
  selfieUrl!: string | null;
}

/** A verification and whose it is. */
export class ListedIdVerificationResponse extends IdVerificationResponse {
  @ApiProperty({ type: MiniUserResponse })
  user!: MiniUserResponse;
}

export class SubmittedIdVerificationResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: IdVerificationResponse })
  record!: IdVerificationResponse;
}

export class ChangedIdVerificationResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: IdVerificationResponse })
  rec!: IdVerificationResponse;
}
