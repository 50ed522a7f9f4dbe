import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { PERMISSION_PATTERN } from '../../../common/access/permissions.js';
import { ApiKeyType } from '../../../generated/prisma/enums.js';
import { MiniUserResponse } from '../../dto/mini-user.dto.js';
import { IsAddressBlock } from '../address-block.js';

const MISSING = 'name and valid type required';
const TYPES = Object.values(ApiKeyType);

export class CreateApiKeyDto {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @MaxLength(64, { message: 'name must be at most 64 characters.' })
  @IsString({ message: MISSING })
  @IsNotEmpty({ message: MISSING })
  @ApiProperty({ example: 'Deployment', maxLength: 64 })
  name!: string;

  /** `admin` keys pass every permission check and are for superusers. */
  @IsIn(TYPES, { message: MISSING })
  @ApiProperty({ enum: TYPES, example: 'client' })
  type!: ApiKeyType;

  /** What the key may do; what its owner does not hold is dropped. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @Matches(PERMISSION_PATTERN, { each: true, message: 'permissions holds something that is no permission' })
  @ApiPropertyOptional({ type: [String], example: ['servers:read'] })
  permissions?: string[];

  /** Owner, when it is not oneself; needs `users:write`. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  userId?: number;

  /** When the key ends; never by default. */
  @IsOptional()
  @IsISO8601({ strict: true }, { message: 'expiresAt must be a date' })
  @MaxLength(40)
  @ApiPropertyOptional({ type: String, format: 'date-time' })
  expiresAt?: string;

  /** Addresses or CIDR blocks that the key may be used from; everywhere by default. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsAddressBlock({ each: true })
  @ApiPropertyOptional({ type: [String] })
  allowedIps?: string[];

  /**
   * Binds a client key to these servers: it reaches no other one and nothing else of the account. What is no server of the
   * owner opens nothing.
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID('all', { each: true, message: 'servers must hold uuids of servers' })
  @ApiPropertyOptional({ type: [String], format: 'uuid', maxItems: 100 })
  servers?: string[];

  /**
   * Binds a client key to an organisation that its owner is a member of: it reaches the organisation, its nodes and what
   * its owner reaches of the servers on them, and nothing else. It ends with the membership.
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  @ApiPropertyOptional({ type: 'integer', minimum: 1, nullable: true })
  organisationId?: number | null;
}

export class ApiKeyResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'Deployment' })
  name!: string;

  @ApiProperty({ enum: TYPES })
  type!: string;

  @ApiProperty({ type: [String] })
  permissions!: string[];

  @ApiProperty({ type: [String] })
  allowedIps!: string[];

  /** The only servers that the key reaches, by uuid; empty: all of its owner. */
  @ApiProperty({ type: [String] })
  servers!: string[];

  /** The only organisation that the key reaches; null: bound to none. */
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  organisationId!: number | null;

  /** The end of the key, to tell keys apart. */
  @ApiProperty({ example: '9f3c' })
  lastFour!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: Date | null;

  /** Exact to half a minute. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastUsedAt!: Date | null;

  @ApiProperty({ type: MiniUserResponse })
  user!: MiniUserResponse;
}

export class CreatedApiKeyResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  /** The key itself: 64 hex digits, shown this once. */
  @ApiProperty({ minLength: 64, maxLength: 64 })
  apiKey!: string;

  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ type: ApiKeyResponse })
  entry!: ApiKeyResponse;
}

export class ApiKeyListQuery {
  /** How many, at most 500. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(500)
  @ApiPropertyOptional({ default: 200, maximum: 500 })
  limit?: number;

  @IsOptional()
  @Transform(({ value }: { value: unknown }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(10_000)
  @ApiPropertyOptional({ default: 0, maximum: 10_000 })
  offset?: number;
}
