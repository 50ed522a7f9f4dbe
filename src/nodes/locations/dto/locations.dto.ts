import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

const text = { type: String, nullable: true } as const;
const SHORT_CODE = { message: 'shortCode must be 1 to 60 letters, digits, dots, dashes or underscores' };

export class CreateLocationDto {
  @ApiProperty({ example: 'eu-fra' })
  @IsString()
  @Matches(/^[a-z0-9][\w.-]{0,59}$/i, SHORT_CODE)
  shortCode!: string;

  @ApiProperty({ example: 'Frankfurt' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(128)
  name!: string;

  @ApiPropertyOptional({ ...text, example: 'Germany, 2 × 10 Gbit/s' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  description?: string | null;
}

/** Absent fields stay as they are; `null` clears the description. */
export class UpdateLocationDto {
  @ApiPropertyOptional({ ...text, example: 'eu-fra' })
  @IsOptional()
  @IsString()
  @Matches(/^[a-z0-9][\w.-]{0,59}$/i, SHORT_CODE)
  shortCode?: string | null;

  @ApiPropertyOptional({ ...text, example: 'Frankfurt' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(128)
  name?: string | null;

  @ApiPropertyOptional(text)
  @IsOptional()
  @IsString()
  @MaxLength(500)
  description?: string | null;
}

export class LocationResponse {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty({ example: 'eu-fra' })
  shortCode!: string;

  @ApiProperty({ example: 'Frankfurt' })
  name!: string;

  @ApiProperty(text)
  description!: string | null;

  @ApiProperty({ type: 'integer', description: 'Nodes that stand there.' })
  nodeCount!: number;
}

export class LocationRemovedResponse {
  @ApiProperty({ example: true })
  success!: true;
}
