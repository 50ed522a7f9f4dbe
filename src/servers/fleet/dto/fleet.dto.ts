import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDefined, IsIP, IsInt, IsNotEmpty, IsString, Max, Min } from 'class-validator';

const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

const Address = (): PropertyDecorator => (target, property) => {
  const text = { message: 'oldIp and newIp must be non-empty strings' };
  for (const decorate of [
    IsDefined({ message: 'oldIp and newIp are required' }),
    IsString(text),
    IsNotEmpty(text),
    IsIP(undefined, { message: 'oldIp and newIp must be IP addresses' }),
  ]) {
    decorate(target, property);
  }
};

export class AddressChangeDto {
  @ApiProperty({ example: '203.0.113.5' })
  @Transform(trimmed)
  @Address()
  oldIp!: string;

  @ApiProperty({ example: '203.0.113.6' })
  @Transform(trimmed)
  @Address()
  newIp!: string;
}

export class ChangedServer {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  name!: string;
}

export class UnchangedServer {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty({ description: 'Why its address stayed, or why its daemon has not yet fetched the new one.' })
  error!: string;
}

export class AddressChangeResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ type: 'integer' })
  totalServersOnNode!: number;

  @ApiProperty({ type: 'integer' })
  updatedCount!: number;

  @ApiProperty({ type: 'integer' })
  errorCount!: number;

  @ApiProperty({ type: [ChangedServer] })
  updatedServers!: ChangedServer[];

  @ApiPropertyOptional({ type: [UnchangedServer], description: 'Absent when there were none.' })
  errors?: UnchangedServer[];
}

const STATUSES = ['running', 'completed', 'failed'] as const;
export type OperationStatus = (typeof STATUSES)[number];

export class RebootStartedResponse {
  @ApiProperty({ format: 'uuid' })
  operationId!: string;

  @ApiProperty({ enum: STATUSES })
  status!: OperationStatus;

  @ApiPropertyOptional({ example: 'No running servers to reboot' })
  message?: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Servers that the daemon has.' })
  totalServers?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Servers that are rebooted.' })
  onlineCount?: number;
}

export class RebootedServer {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  name!: string;

  @ApiPropertyOptional({ enum: ['stopped', 'failed'] })
  stop?: 'stopped' | 'failed';

  @ApiPropertyOptional({ enum: ['killed'] })
  kill?: 'killed';

  @ApiPropertyOptional({ enum: ['started', 'failed'], description: 'Absent when its owner stopped it meanwhile.' })
  start?: 'started' | 'failed';
}

export class RebootStatusResponse {
  @ApiProperty({ format: 'uuid' })
  operationId!: string;

  @ApiProperty({ enum: STATUSES })
  status!: OperationStatus;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100 })
  progress!: number;

  @ApiProperty()
  message!: string;

  @ApiProperty({ type: 'integer' })
  totalServers!: number;

  @ApiProperty({ type: 'integer' })
  onlineCount!: number;

  @ApiProperty({ type: 'integer' })
  killedCount!: number;

  @ApiProperty({ type: [RebootedServer], description: 'Empty while it runs.' })
  servers!: RebootedServer[];

  @ApiProperty({ type: 'integer', description: 'Unix milliseconds.' })
  createdAt!: number;
}

export class MapServerDto {
  @ApiProperty({ type: 'integer', example: 1 })
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  nodeId!: number;
}

export class MappedNode {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty()
  name!: string;
}

export class ServerMapping {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty({ type: MappedNode })
  node!: MappedNode;
}

export class ServerMappedResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ type: ServerMapping })
  mapping!: ServerMapping;
}
