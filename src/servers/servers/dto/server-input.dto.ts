import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsObject, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

/** 16 TiB in MiB; nobody has more, and sums of it stay exact. */
const MAXIMUM_MIB = 16_777_216;
/** 1,000 threads. */
const MAXIMUM_CPU = 100_000;
const MAXIMUM_ID = 2_147_483_647;

const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);
const number = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
const truth = ({ value }: { value: unknown }): unknown => (value === 'true' || value === '1' ? true : value);

/** Nothing that breaks a line or a log: control characters have no place in names. */
const NO_CONTROL = /^[^\p{Cc}]*$/u;

/** Paging and search of the server list; without them the whole list is answered. */
export class ServerListQuery {
  /** Page, from 1; with it or `per_page` the list is paged. */
  @OptionalField()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  page?: number;

  /** Servers a page; 50 unless given. */
  @OptionalField()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(500)
  per_page?: number;

  /** Only servers whose name contains this, or whose uuid begins with it. */
  @OptionalField()
  @Transform(trimmed)
  @IsString()
  @MaxLength(191)
  q?: string;
}

/** A new server. */
export class CreateServerDto {
  /** @example 'Lobby' */
  @Transform(trimmed)
  @IsString()
  @Length(1, 191)
  @Matches(NO_CONTROL, { message: 'name must not contain control characters' })
  name!: string;

  /** @example 1 */
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  eggId?: number;

  /** Where to place it; chosen by the panel unless given. */
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  nodeId?: number;

  /** Where its node must stand; any location unless given. */
  @OptionalField()
  @ApiPropertyOptional({ type: 'integer', nullable: true, example: null })
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  locationId?: number;

  /** MiB; the account's limit, else 1024, unless given. @example 1024 */
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(MAXIMUM_MIB)
  memory?: number;

  /** MiB; the account's limit, else 10240, unless given. @example 10240 */
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(MAXIMUM_MIB)
  disk?: number;

  /** Percent of a thread; the account's limit, else 100, unless given. @example 100 */
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(MAXIMUM_CPU)
  cpu?: number;

  /** Variables of the egg, name to text. */
  @OptionalField()
  @IsObject()
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' }, example: {} })
  environment?: Record<string, unknown>;

  /** Startup command; honoured only for staff, otherwise the egg's. */
  @OptionalField()
  @IsString()
  @MaxLength(8_192)
  startup?: string;

  /** Only staff may ask for it. @example false */
  @OptionalField()
  @IsBoolean()
  kvmPassthroughEnabled?: boolean;

  /** The owner, when staff creates it for somebody. */
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  userId?: number;

  /** Always refused: IPv6 addresses are applied for. @example false */
  @OptionalField()
  @IsBoolean()
  requestIpv6?: boolean;
}

/** Changes of a server; what is absent stays. */
export class UpdateServerDto {
  /** @example 'Lobby' */
  @OptionalField()
  @Transform(trimmed)
  @IsString()
  @Length(1, 191)
  @Matches(NO_CONTROL, { message: 'name must not contain control characters' })
  name?: string;

  @OptionalField()
  @IsString()
  @MaxLength(2_000)
  description?: string;

  /** MiB. */
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(MAXIMUM_MIB)
  memory?: number;

  /** MiB. */
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(MAXIMUM_MIB)
  disk?: number;

  /** Percent of a thread. */
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(MAXIMUM_CPU)
  cpu?: number;

  /** MiB; -1 is unlimited. Staff only. */
  @OptionalField()
  @IsInt()
  @Min(-1)
  @Max(MAXIMUM_MIB)
  swap?: number;

  /** Staff only. */
  @OptionalField()
  @IsInt()
  @Min(10)
  @Max(1000)
  ioWeight?: number;

  /** Variables to change; the others stay. */
  @OptionalField()
  @IsObject()
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  environment?: Record<string, unknown>;

  /** Staff only. */
  @OptionalField()
  @IsBoolean()
  kvmPassthroughEnabled?: boolean;

  /** Whether a change of the egg reaches the server at once. */
  @OptionalField()
  @IsBoolean()
  autoSyncOnEggChange?: boolean;
}

/** How to delete. */
export class DeleteServerQuery {
  /** Remove it from the panel even when its node cannot be reached. Staff only. */
  @OptionalField()
  @Transform(truth)
  @IsBoolean()
  force?: boolean;
}
