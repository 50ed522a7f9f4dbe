import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsIP, Max, Min } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { SuccessResponse } from '../../../identity/dto/success.dto.js';

const number = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value;

/** How many ports more. */
export class AddPortsDto {
  /** @example 1 */
  @OptionalField()
  @Transform(number)
  @IsInt({ message: 'Invalid allocation count' })
  @Min(1, { message: 'Invalid allocation count' })
  @Max(20, { message: 'Invalid allocation count' })
  count?: number;

  /** Always refused: IPv6 addresses are applied for. @example false */
  @OptionalField()
  @IsBoolean()
  requestIpv6?: boolean;
}

/** A port that was added. */
export class AddedPort {
  /** @example '203.0.113.5' */
  ip!: string;
  /** @example 25566 */
  port!: number;
  is_default!: boolean;
}

/** Which port; in the body or in the query. */
export class PortDto {
  @OptionalField()
  @IsIP(undefined, { message: 'Invalid ip/port' })
  @ApiPropertyOptional({ example: '203.0.113.5' })
  ip?: string;

  @OptionalField()
  @Transform(number)
  @IsInt({ message: 'Invalid ip/port' })
  @Min(1, { message: 'Invalid ip/port' })
  @Max(65_535, { message: 'Invalid ip/port' })
  @ApiPropertyOptional({ example: 25_566 })
  port?: number;
}

/** An address and a port that were given back. */
export class RemovedPort {
  ip!: string;
  port!: number;
}

/** Ports that were given back. */
export class RemovedPorts extends SuccessResponse {
  removedCount!: number;
  removed!: RemovedPort[];
}
