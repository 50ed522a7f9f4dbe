import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsNotEmpty, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { NumberOfForm } from '../../../common/validation/lenient-numbers.js';
import { OptionalField } from '../../../common/validation/optional-field.js';

const LAST_BUCKET = 9_999;
const KEY = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const KEY_TEXT = 'key must be 1 to 64 lower-case letters, digits, dots, dashes and underscores';
const RANGE_TEXT = 'hashRangeStart and hashRangeEnd must be whole numbers from 0 to 9999';

const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

class RolloutFields {
  @OptionalField()
  @IsString()
  @MaxLength(2_000)
  @ApiPropertyOptional({ type: String, maxLength: 2_000 })
  description?: string;

  @OptionalField()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean })
  active?: boolean;

  /** First bucket that is in, 0 to 9999. */
  @NumberOfForm()
  @OptionalField()
  @IsInt({ message: RANGE_TEXT })
  @Min(0, { message: RANGE_TEXT })
  @Max(LAST_BUCKET, { message: RANGE_TEXT })
  @ApiPropertyOptional({ type: Number, minimum: 0, maximum: LAST_BUCKET, example: 0 })
  hashRangeStart?: number;

  /** Last bucket that is in, 0 to 9999. */
  @NumberOfForm()
  @OptionalField()
  @IsInt({ message: RANGE_TEXT })
  @Min(0, { message: RANGE_TEXT })
  @Max(LAST_BUCKET, { message: RANGE_TEXT })
  @ApiPropertyOptional({ type: Number, minimum: 0, maximum: LAST_BUCKET, example: 999 })
  hashRangeEnd?: number;

  /** What those who are in get. */
  @OptionalField()
  @Transform(trimmed)
  @IsString()
  @IsNotEmpty()
  @MaxLength(32)
  @ApiPropertyOptional({ type: String, maxLength: 32, example: 'treatment' })
  treatment?: string;
}

/** What may be changed of a rollout; what is absent stays. */
export class UpdateRolloutDto extends RolloutFields {
  @OptionalField()
  @Transform(trimmed)
  @IsString()
  @IsNotEmpty({ message: 'name must not be empty' })
  @MaxLength(128)
  @ApiPropertyOptional({ type: String, maxLength: 128, example: 'Tunnels for a tenth' })
  name?: string;

  /** What clients know it by. */
  @OptionalField()
  @Transform(trimmed)
  @Matches(KEY, { message: KEY_TEXT })
  @ApiPropertyOptional({ type: String, example: 'tunnel_feature' })
  key?: string;
}

export class CreateRolloutDto extends RolloutFields {
  @Transform(trimmed)
  @MaxLength(128)
  @IsString({ message: 'name and key are required' })
  @IsNotEmpty({ message: 'name and key are required' })
  @ApiProperty({ maxLength: 128, example: 'Tunnels for a tenth' })
  name!: string;

  /** What clients know it by. */
  @Transform(trimmed)
  @Matches(KEY, { message: KEY_TEXT })
  @IsString({ message: 'name and key are required' })
  @ApiProperty({ example: 'tunnel_feature' })
  key!: string;
}

export class RolloutOverrideDto {
  @NumberOfForm()
  @IsInt({ message: 'userId must be the id of an account' })
  @Min(1, { message: 'userId must be the id of an account' })
  @Max(2_147_483_647, { message: 'userId must be the id of an account' })
  @ApiProperty({ type: Number, example: 1 })
  userId!: number;

  /** Empty or null: that of the rollout; absent: as it was. */
  @IsOptional()
  @Transform(trimmed)
  @IsString()
  @MaxLength(32)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 32 })
  treatment?: string | null;
}

/** Where the caller stands in a rollout. */
export class RolloutStateResponse {
  inRollout!: boolean;

  /** What he gets; null when he is not in it. */
  @ApiProperty({ type: String, nullable: true, example: 'treatment' })
  treatment!: string | null;
}

export class RolloutOverrideResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 1 })
  userId!: number;

  /** Null: that of the rollout. */
  @ApiProperty({ type: String, nullable: true })
  treatment!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;
}

export class RolloutResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'Tunnels for a tenth' })
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ example: 'tunnel_feature' })
  key!: string;

  @ApiProperty()
  active!: boolean;

  @ApiProperty({ example: 0 })
  hashRangeStart!: number;

  @ApiProperty({ example: 999 })
  hashRangeEnd!: number;

  @ApiProperty({ example: 'treatment' })
  treatment!: string;

  @ApiProperty({ example: 0 })
  overrideCount!: number;

  /** The newest 500. */
  @ApiProperty({ type: [RolloutOverrideResponse] })
  overrides!: RolloutOverrideResponse[];

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: Date;
}
