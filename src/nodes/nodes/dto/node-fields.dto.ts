import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import type { TransformFnParams } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsIP,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { NumberOfForm } from '../../../common/validation/lenient-numbers.js';
import type { NodeType } from '../../../generated/prisma/client.js';
import { IsHostName, IsIpv6Subnet, IsNodeUuid, IsOrigin, IsPortList } from './node-fields.validators.js';
import { NODE_TYPES } from './node-response.dto.js';

const HIGHEST_PORT = 65_535;
/** PostgreSQL's integer. */
const HIGHEST_AMOUNT = 2_147_483_647;
const REQUIRED = 'name, url and token are required';

const text = { type: String, nullable: true } as const;
const integer = { type: 'integer', nullable: true } as const;
const amount = { ...integer, minimum: 0 } as const;
/** Ten times the capacity is a typing error. */
const HIGHEST_PERCENT = 900;
const percent = { ...amount, maximum: HIGHEST_PERCENT, default: 0 } as const;

/** Forms send empty fields as empty texts. */
const EmptyIsNull = (): PropertyDecorator =>
  Transform(({ value }: TransformFnParams): unknown => (value === '' ? null : value));
const TextIsFlag = (): PropertyDecorator =>
  Transform(({ value }: TransformFnParams): unknown => (value === 'true' ? true : value === 'false' ? false : value));
const ListIsText = (): PropertyDecorator =>
  Transform(({ value }: TransformFnParams): unknown => {
    const joined: unknown = Array.isArray(value) ? value.join(',') : value;
    return joined === '' ? null : joined;
  });

/** Everything about a node that may be set; `null` means "not set" and clears on a change. */
export class NodeFieldsDto {
  @ApiPropertyOptional({
    ...text,
    example: null,
    description: 'UUID of the daemon, with or without dashes; made when absent.',
  })
  @EmptyIsNull()
  @IsOptional()
  @IsNodeUuid()
  nodeId?: string | null;

  @ApiPropertyOptional({ enum: NODE_TYPES, default: 'free' })
  @IsOptional()
  @IsIn(NODE_TYPES, { message: `nodeType must be one of: ${NODE_TYPES.join(', ')}` })
  nodeType?: NodeType | null;

  @ApiPropertyOptional({ type: Boolean, nullable: true, example: null, description: 'By default what the url says.' })
  @TextIsFlag()
  @IsOptional()
  @IsBoolean({ message: 'useSSL must be true or false' })
  useSSL?: boolean | null;

  @ApiPropertyOptional({
    ...text,
    example: null,
    description: 'Where the panel reaches the daemon when that differs from `url`.',
  })
  @EmptyIsNull()
  @IsOptional()
  @IsString({ message: 'backendWingsUrl must be an http or https address' })
  @MaxLength(512)
  backendWingsUrl?: string | null;

  @ApiPropertyOptional({ ...text, example: 'https://panel.example.com' })
  @EmptyIsNull()
  @IsOptional()
  @IsOrigin()
  allowedOrigin?: string | null;

  @ApiPropertyOptional({ ...text, example: 'fra-1.example.com' })
  @EmptyIsNull()
  @IsOptional()
  @IsHostName()
  fqdn?: string | null;

  @ApiPropertyOptional({ ...text, example: '203.0.113.5', description: 'Address of the ports of the range.' })
  @EmptyIsNull()
  @IsOptional()
  @IsIP(undefined, { message: 'defaultIp must be an IP address' })
  defaultIp?: string | null;

  @ApiPropertyOptional({
    ...integer,
    example: null,
    description: 'Organisation whose members alone may use it; null or 0: none.',
  })
  @NumberOfForm()
  @IsOptional()
  @IsAmount()
  orgId?: number | null;

  @ApiPropertyOptional({ ...text, example: '2001:db8::/64' })
  @EmptyIsNull()
  @IsOptional()
  @IsIpv6Subnet()
  ipv6Subnet?: string | null;

  @ApiPropertyOptional({ ...text, example: '25566, 25600-25610', description: 'Also as an array.' })
  @ListIsText()
  @IsOptional()
  @IsPortList()
  ipv6ExcludedPorts?: string | null;

  @ApiPropertyOptional({ ...amount, maximum: 10_000 })
  @NumberOfForm()
  @IsOptional()
  @IsInt({ message: 'Invalid ipv6ReservedCount' })
  @Min(0, { message: 'Invalid ipv6ReservedCount' })
  @Max(10_000, { message: 'Invalid ipv6ReservedCount' })
  ipv6ReservedCount?: number | null;

  @ApiPropertyOptional({ ...integer, default: 2022 })
  @NumberOfForm()
  @IsOptional()
  @IsPort('sftpPort')
  sftpPort?: number | null;

  @ApiPropertyOptional({
    ...integer,
    example: null,
    description: "Port on the panel's host where a TCP proxy of yours passes SFTP on to the node.",
  })
  @NumberOfForm()
  @IsOptional()
  @IsPort('sftpProxyPort')
  sftpProxyPort?: number | null;

  @ApiPropertyOptional({ ...integer, example: 25_565, description: 'With the end: the ports become allocations.' })
  @NumberOfForm()
  @IsOptional()
  @IsPort('portRangeStart')
  portRangeStart?: number | null;

  @ApiPropertyOptional({ ...integer, example: 25_665 })
  @NumberOfForm()
  @IsOptional()
  @IsPort('portRangeEnd')
  portRangeEnd?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true, minimum: 0, default: 0 })
  @NumberOfForm()
  @IsOptional()
  @IsNumber({}, { message: 'cost must be a number' })
  @Min(0)
  @Max(1_000_000)
  cost?: number | null;

  @ApiPropertyOptional({ ...amount, example: 65_536, description: 'MiB; null is unlimited.' })
  @NumberOfForm()
  @IsOptional()
  @IsAmount()
  memory?: number | null;

  @ApiPropertyOptional({ ...amount, example: 1_000_000, description: 'MiB; null is unlimited.' })
  @NumberOfForm()
  @IsOptional()
  @IsAmount()
  disk?: number | null;

  @ApiPropertyOptional({ ...amount, example: 1600, description: 'Percent of a thread; null is unlimited.' })
  @NumberOfForm()
  @IsOptional()
  @IsAmount()
  cpu?: number | null;

  @ApiPropertyOptional({ ...amount, example: null, description: 'Most servers; null is unlimited.' })
  @NumberOfForm()
  @IsOptional()
  @IsAmount()
  serverLimit?: number | null;

  @ApiPropertyOptional({ ...percent, description: 'Percent of memory that servers may have beyond the capacity.' })
  @NumberOfForm()
  @IsOptional()
  @IsPercent()
  memoryOvercommit?: number | null;

  @ApiPropertyOptional({ ...percent, description: 'Percent of disk that servers may have beyond the capacity.' })
  @NumberOfForm()
  @IsOptional()
  @IsPercent()
  diskOvercommit?: number | null;

  @ApiPropertyOptional({ ...percent, description: 'Percent of cpu that servers may have beyond the capacity.' })
  @NumberOfForm()
  @IsOptional()
  @IsPercent()
  cpuOvercommit?: number | null;

  @ApiPropertyOptional({ ...integer, example: null, description: 'Where it stands.' })
  @NumberOfForm()
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(HIGHEST_AMOUNT)
  locationId?: number | null;

  @ApiPropertyOptional({ type: Boolean, nullable: true, description: 'Out of service: takes no new servers.' })
  @TextIsFlag()
  @IsOptional()
  @IsBoolean({ message: 'maintenance must be true or false' })
  maintenance?: boolean | null;

  @ApiPropertyOptional({ type: Boolean, nullable: true })
  @TextIsFlag()
  @IsOptional()
  @IsBoolean({ message: 'deploymentsDisabled must be true or false' })
  deploymentsDisabled?: boolean | null;

  @ApiPropertyOptional(text)
  @EmptyIsNull()
  @IsOptional()
  @IsString()
  @MaxLength(500)
  deploymentNotice?: string | null;
}

/** Of several broken rules the one nearest to the property is told first. */
export class CreateNodeDto extends NodeFieldsDto {
  @ApiProperty({ example: 'fra-1' })
  @MaxLength(128)
  @IsNotEmpty({ message: REQUIRED })
  @IsString({ message: REQUIRED })
  name!: string;

  @ApiProperty({ example: 'https://fra-1.example.com:8080' })
  @MaxLength(512)
  @IsNotEmpty({ message: REQUIRED })
  @IsString({ message: REQUIRED })
  url!: string;

  @ApiProperty({ example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' })
  @Matches(/^[\w-]{32,128}$/, { message: 'token must be 32 to 128 letters, digits, dashes or underscores' })
  @IsNotEmpty({ message: REQUIRED })
  @IsString({ message: REQUIRED })
  token!: string;
}

export class UpdateNodeDto extends NodeFieldsDto {
  @ApiPropertyOptional({ example: 'fra-1' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(128)
  name?: string | null;

  @ApiPropertyOptional({ example: 'https://fra-1.example.com:8080' })
  @IsOptional()
  @IsString({ message: 'url must be an http or https address' })
  @MaxLength(512)
  url?: string | null;
}

/** Empty, or what a node needs besides the token. */
export class GenerateTokenDto extends UpdateNodeDto {}

function IsPort(name: string): PropertyDecorator {
  const options = { message: `${name} must be an integer between 1 and ${HIGHEST_PORT}` };
  return all(IsInt(options), Min(1, options), Max(HIGHEST_PORT, options));
}

function IsPercent(): PropertyDecorator {
  return all(IsInt(), Min(0), Max(HIGHEST_PERCENT));
}

function IsAmount(): PropertyDecorator {
  return all(IsInt(), Min(0), Max(HIGHEST_AMOUNT));
}

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}
