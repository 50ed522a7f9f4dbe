import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';

const text = { type: String, nullable: true } as const;
const MOST_ENTRIES = 1_000;

export class AddAllocationsDto {
  @ApiProperty({ example: '203.0.113.5', description: 'An address, or a block like `203.0.113.0/28`.' })
  @IsString()
  @MaxLength(49)
  ip!: string;

  @ApiProperty({
    type: [String],
    example: ['25565', '25570-25580'],
    description: 'At most 10,000 ports, of all addresses together.',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_ENTRIES)
  @IsString({ each: true })
  @MaxLength(11, { each: true })
  ports!: string[];

  @ApiPropertyOptional({ ...text, example: 'play.example.com', description: 'Name shown instead of the address.' })
  @IsOptional()
  @IsString()
  @MaxLength(253)
  alias?: string | null;

  @ApiPropertyOptional({ type: Boolean, nullable: true, description: 'Never given to a server by itself.' })
  @IsOptional()
  @IsBoolean()
  dedicated?: boolean | null;
}

/** Absent fields stay as they are; `null` clears. */
export class UpdateAllocationDto {
  @ApiPropertyOptional({ ...text, example: 'play.example.com', description: 'Name shown instead of the address.' })
  @IsOptional()
  @IsString()
  @MaxLength(253)
  alias?: string | null;

  @ApiPropertyOptional(text)
  @IsOptional()
  @IsString()
  @MaxLength(255)
  notes?: string | null;

  @ApiPropertyOptional({ type: Boolean, nullable: true, description: 'Never given to a server by itself.' })
  @IsOptional()
  @IsBoolean()
  dedicated?: boolean | null;
}

export class RemoveAllocationsDto {
  @ApiPropertyOptional({ type: [Number], nullable: true, example: [1, 2] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10_000)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(2_147_483_647, { each: true })
  ids?: number[] | null;

  @ApiPropertyOptional({ ...text, example: '203.0.113.5', description: 'An address or a block.' })
  @IsOptional()
  @IsString()
  @MaxLength(49)
  ip?: string | null;

  @ApiPropertyOptional({ type: [String], nullable: true, example: ['25570-25580'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_ENTRIES)
  @IsString({ each: true })
  @MaxLength(11, { each: true })
  ports?: string[] | null;
}

export class AllocationQueryDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, default: 1 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  page = 1;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 500, default: 100 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  perPage = 100;

  @ApiPropertyOptional({ enum: ['free', 'used'] })
  @IsOptional()
  @IsIn(['free', 'used'])
  filter?: 'free' | 'used';
}

class AllocationServer {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  name!: string;
}

export class AllocationResponse {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty({ example: '203.0.113.5' })
  ip!: string;

  @ApiProperty({ type: 'integer', example: 25_565 })
  port!: number;

  @ApiProperty(text)
  alias!: string | null;

  @ApiProperty(text)
  notes!: string | null;

  @ApiProperty({ description: 'Never given to a server by itself.' })
  dedicated!: boolean;

  @ApiProperty({ description: 'The port its server listens on first.' })
  isDefault!: boolean;

  @ApiProperty({ type: AllocationServer, nullable: true })
  server!: AllocationServer | null;
}

export class AllocationListResponse {
  @ApiProperty({ type: [AllocationResponse] })
  allocations!: AllocationResponse[];

  @ApiProperty({ type: 'integer' })
  page!: number;

  @ApiProperty({ type: 'integer' })
  perPage!: number;

  @ApiProperty({ type: 'integer' })
  total!: number;
}

export class AllocationsAddedResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ type: 'integer' })
  created!: number;

  @ApiProperty({ type: 'integer', description: 'Existed already.' })
  skipped!: number;

  @ApiProperty({ type: 'integer', description: 'Ports of the node now.' })
  total!: number;
}

export class AllocationsRemovedResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ type: 'integer' })
  deleted!: number;

  @ApiProperty({ type: 'integer', description: 'Kept, because a server has them.' })
  inUse!: number;
}
