import { ApiProperty } from '@nestjs/swagger';
import { IsObject, Matches } from 'class-validator';

/** A server, or the machine of a node. */
const SUBJECT = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|node:[1-9]\d{0,9})$/i;

export class SocReportDto {
  @ApiProperty({ example: '0d9f1c5e-6a5b-4a1e-9d7a-0c8f4b0f1a2b', description: 'UUID of a server, or `node:<id>`.' })
  @Matches(SUBJECT, { message: 'serverId must be the uuid of a server or node:<id>' })
  serverId!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { cpu: 12.5 }, description: 'At most 64 KiB.' })
  @IsObject()
  metrics!: Record<string, unknown>;
}

export class SocEntry {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty({ description: 'UUID of a server, or `node:<id>`.' })
  serverId!: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  metrics!: Record<string, unknown>;

  @ApiProperty({ format: 'date-time' })
  timestamp!: string;
}

export class SocReportedResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ type: SocEntry })
  entry!: SocEntry;
}
